// The writing leecher, and a server on the same event loop that answers everybody with as much as `/status` has: the floor of
// being asked during a download. Says as a JSON line: answering (port), beside what the leecher says.
//
//   node bench/floor/answering-leecher.ts TORRENT SEED-HOST SEED-PORT OWN-HOST FILE

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { say } from './floor-program.ts';
import './writing-leecher.ts';

const ANSWER_BYTES = 180;
const answer = JSON.stringify('x'.repeat(ANSWER_BYTES));

const server = createServer((_request, response) => {
  response.setHeader('Content-Type', 'application/json').end(answer);
}).listen(0, '127.0.0.1', () => say('answering', { port: (server.address() as AddressInfo).port }));
