// What the floor's programs begin with: the command line, and one leecher.

import { readFileSync } from 'node:fs';
import { parseTorrentFile } from '@enjambre/metainfo';
import { FloorLeecher, type FloorLeecherOptions } from './leecher.ts';

// Node keeps what it compiled for the next start when a program exits, not when a signal ends it.
process.once('SIGTERM', () => process.exit());

export function say(event: string, details: object = {}): void {
  process.stdout.write(`${JSON.stringify({ event, ...details })}\n`);
}

/** `TORRENT SEED-HOST SEED-PORT OWN-HOST …`. */
export function openFloor(sink: Pick<FloorLeecherOptions, 'keep' | 'had' | 'unchoked' | 'isFull'>) {
  const [torrent, seedHost, seedPort, host] = process.argv.slice(2);
  const { geometry, infoHashV1 } = parseTorrentFile(readFileSync(torrent));
  const infoHash = infoHashV1!;
  const seed = { host: seedHost, port: Number(seedPort) };
  const leecher = new FloorLeecher({ geometry, infoHash, seed, host, ...sink });
  // Somebody reads from /proc what it took.
  setInterval(() => {}, 60_000);
  return { geometry, infoHash, host, leecher };
}
