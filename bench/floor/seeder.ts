// As little as a seed can do. Says as JSON lines: listening (port), complete, for it has everything. Ends on SIGTERM.
//
//   node bench/floor/seeder.ts TORRENT FILE OWN-HOST

import { readFileSync } from 'node:fs';
import { parseTorrentFile } from '@enjambre/metainfo';
import { say } from './floor-program.ts';
import { FloorSender } from './sender.ts';

const [torrent, file, host] = process.argv.slice(2);
const { geometry, infoHashV1 } = parseTorrentFile(readFileSync(torrent));
new FloorSender({ geometry, infoHash: infoHashV1!, file, isThere: () => true }).listen(host);
say('complete');
