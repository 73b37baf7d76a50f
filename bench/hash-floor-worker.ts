// One thread of the floor: says when it is there, and when it has read and hashed its part.

import { hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { FloorPart } from './hash-floor-part.ts';

const { file, from, to, pieceLength } = workerData as FloorPart;
const descriptor = openSync(file, 'r');
const piece = Buffer.allocUnsafeSlow(pieceLength).fill(1);

parentPort!.once('message', () => {
  for (let at = from; at < to; at += pieceLength) {
    const length = readSync(descriptor, piece, 0, Math.min(pieceLength, to - at), at);
    hash('sha1', piece.subarray(0, length), 'buffer');
  }
  closeSync(descriptor);
  parentPort!.postMessage('done');
});
parentPort!.postMessage('ready');
