// The writing leecher, which sends on what it has written: the floor of a swarm in which each gives as much as it takes. Says as
// a JSON line: listening (port), beside what the leecher says.
//
//   node bench/floor/passing-leecher.ts TORRENT SEED-HOST SEED-PORT OWN-HOST FILE

import { FloorSender } from './sender.ts';
import { file, geometry, host, infoHash, whenWritten, written } from './writing-leecher.ts';

const sender = new FloorSender({ geometry, infoHash, file, isThere: (pieceIndex) => written.has(pieceIndex) });
whenWritten(() => sender.more());
sender.listen(host);
