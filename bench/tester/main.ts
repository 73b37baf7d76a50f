// The tester's process: so many uploaders, downloaders and silent peers on one client; ends by SIGTERM, or when `--bytes`
// were sent and received. Says as JSON lines: connected (atMs), closed (left), and at its end tally. Times are Unix milliseconds.
//
//   node bench/tester/main.ts --torrent=F --peer=HOST:PORT [--uploaders=N] [--downloaders=N] [--silent=N] [--bytes=N]

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseTorrentFile } from '@enjambre/metainfo';
import { dialAll } from './dialling.ts';
import { Downloader } from './downloader.ts';
import { MessageReader } from './message-reader.ts';
import type { Tally } from './tally.ts';
import { Uploader } from './uploader.ts';

const POLL_MS = 5;

const { values } = parseArgs({
  options: {
    torrent: { type: 'string' },
    peer: { type: 'string' },
    uploaders: { type: 'string', default: '0' },
    downloaders: { type: 'string', default: '0' },
    silent: { type: 'string', default: '0' },
    bytes: { type: 'string' },
  },
});
const { geometry, infoHashV1 } = parseTorrentFile(readFileSync(values.torrent!));
const [host, port] = values.peer!.split(':');
const [uploaders, downloaders, silent] = [values.uploaders, values.downloaders, values.silent].map(Number);
const enough = Number(values.bytes ?? Number.POSITIVE_INFINITY);
const tally: Tally = { sentBytes: 0, receivedBytes: 0, unaskedBytes: 0 };
const all = uploaders + downloaders + silent;
let left = all;

const now = () => performance.timeOrigin + performance.now();
const say = (event: string, details: object) => process.stdout.write(`${JSON.stringify({ event, ...details })}\n`);
const end = () => {
  say('tally', { ...tally, atMs: now() });
  process.exit(0);
};
process.once('SIGTERM', end);

const startedMs = now();
await dialAll({
  peer: { host, port: Number(port) },
  infoHash: infoHashV1!,
  // Not the addresses of clients: their second number comes from a pid as well.
  net: `127.${255 - (process.pid % 127)}`,
  count: all,
  attend(socket, index, greeted) {
    if (index < uploaders) return new Uploader(socket, geometry, tally, greeted);
    const share = (index - uploaders) / downloaders;
    if (index < uploaders + downloaders) return new Downloader(socket, geometry, tally, greeted, share);
    const ignore = () => {};
    const reader = new MessageReader({
      handshake: greeted,
      message: ignore,
      blockBegins: ignore,
      blockBytes: ignore,
      blockEnds: ignore,
    });
    return { receive: (bytes) => reader.push(bytes) };
  },
  closed() {
    left--;
    if (left === 0) say('closed', { left });
  },
});
say('connected', { startedMs, atMs: now() });
setInterval(() => {
  if (tally.sentBytes + tally.receivedBytes >= enough) end();
}, POLL_MS);
