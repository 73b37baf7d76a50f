// Receives into slabs of whole pieces; a worker hashes each and writes it with one call, and nothing else: the floor of
// leeching. Says as a JSON line: complete. Ends on SIGTERM.
//
//   node bench/floor/writing-leecher.ts TORRENT SEED-HOST SEED-PORT OWN-HOST FILE

import { Worker } from 'node:worker_threads';
import { openFloor, say } from './floor-program.ts';

interface Slab {
  readonly bytes: Buffer;
  missing: number;
}

const worker = new Worker(new URL('./piece-writer.ts', import.meta.url), { workerData: process.argv[6] });
/** By piece. */
const open = new Map<number, Slab>();
const idle: Buffer[] = [];
let piecesLeft = 0;

const { geometry } = openFloor({
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
    worker.postMessage({ view, at: pieceIndex * geometry.pieceLength });
  },
  unchoked() {},
});
piecesLeft = geometry.pieceCount;
worker.on('message', (view: Uint8Array) => {
  idle.push(Buffer.from(view.buffer));
  piecesLeft--;
  if (piecesLeft === 0) say('complete');
});

function slabOf(pieceIndex: number): Slab {
  const known = open.get(pieceIndex);
  if (known !== undefined) return known;
  const bytes = idle.pop() ?? Buffer.from(new SharedArrayBuffer(geometry.pieceLength));
  const slab = { bytes, missing: geometry.pieceSize(pieceIndex) };
  open.set(pieceIndex, slab);
  return slab;
}
