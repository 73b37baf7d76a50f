// Transmission with itself, in the network it is started in: it never dials loopback addresses. Says what `pair` asks, as one
// JSON line.
//
//   node bench/pair-in-own-network.ts BYTES PIECE-LENGTH FOLDER

import { freePort } from '../tests/contract/free-port.ts';
import { transmission } from '../tests/interop/clients/transmission.ts';
import { Lab } from '../tests/interop/lab.ts';
import { OWN_HOSTS } from '../tests/interop/network-namespace.ts';
import { announceUrl } from '../tests/interop/trackers/tested-tracker.ts';
import { makeContent } from './content.ts';
import { runPair } from './pairing.ts';

const [size, pieceLength, parent] = process.argv.slice(2);
await using lab = await Lab.open(parent);
const tracker = { host: OWN_HOSTS.tracker, port: await freePort(OWN_HOSTS.tracker) };
const content = await makeContent(lab, {
  size: Number(size),
  pieceLength: Number(pieceLength),
  tracker: announceUrl(tracker.host, tracker.port),
});
const place = { parent: lab.root, hosts: OWN_HOSTS, tracker };
const pair = await runPair({ seeder: transmission, leecher: transmission, content, ...place });
process.stdout.write(`${JSON.stringify({ pair })}\n`);
