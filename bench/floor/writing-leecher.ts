// Receives into slabs of whole pieces; workers hash each and write it with one call, and nothing else: the floor of leeching.
// Says as a JSON line: complete. Ends on SIGTERM.
//
//   node bench/floor/writing-leecher.ts TORRENT SEED-HOST SEED-PORT OWN-HOST FILE

import { writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { openFloor, say } from './floor-program.ts';

interface Slab {
  readonly bytes: Buffer;
  missing: number;
}

/** One alone hashes 1.5 GB/s and does not keep up with the socket. */
const WORKERS = 2;
/** Beside those under way: what is written has not left the last-level cache. */
const MOST_WAITING = 8;

/** Where it writes. */
export const file = process.argv[6];
/** Pieces that lie there. */
export const written = new Set<number>();
let told = (): void => {};
writeFileSync(file, '');
const workers = Array.from(
  { length: WORKERS },
  () => new Worker(new URL('./piece-writer.ts', import.meta.url), { workerData: file }),
);
/** By piece. */
const open = new Map<number, Slab>();
const idle: Buffer[] = [];
let waiting = 0;

const { geometry, infoHash, host, leecher } = openFloor({
  isFull: () => waiting >= MOST_WAITING,
  keep(place, bytes, from, to) {
    bytes.copy(slabOf(Math.floor(place / geometry.pieceLength)).bytes, place % geometry.pieceLength, from, to);
  },
  had(place, length) {
    const pieceIndex = Math.floor(place / geometry.pieceLength);
    const slab = slabOf(pieceIndex);
    slab.missing -= length;
    if (slab.missing > 0) return;
    open.delete(pieceIndex);
    const view = slab.bytes.subarray(0, geometry.pieceSize(pieceIndex));
    waiting++;
    workers[pieceIndex % WORKERS].postMessage({ view, at: pieceIndex * geometry.pieceLength });
  },
  unchoked() {},
});

export { geometry, host, infoHash };

for (const worker of workers) {
  worker.on('message', ({ view, at }: { view: Uint8Array; at: number }) => {
    idle.push(Buffer.from(view.buffer));
    waiting--;
    written.add(at / geometry.pieceLength);
    if (written.size === geometry.pieceCount) say('complete');
    told();
    leecher.more();
  });
}

/** @param listener called at each further piece */
export function whenWritten(listener: () => void): void {
  told = listener;
}

function slabOf(pieceIndex: number): Slab {
  const known = open.get(pieceIndex);
  if (known !== undefined) return known;
  const bytes = idle.pop() ?? Buffer.from(new SharedArrayBuffer(geometry.pieceLength));
  const slab = { bytes, missing: geometry.pieceSize(pieceIndex) };
  open.set(pieceIndex, slab);
  return slab;
}
