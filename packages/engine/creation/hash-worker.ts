// A hashing thread: takes the next pieces, reads them with large reads into one buffer, hashes them, until none is left.

import { hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { type HashJob, type HashMessage, NEXT_PIECE, PIECE_HASH_LENGTH, STOP } from './hash-job.ts';

const job = workerData as HashJob;
const control = new Int32Array(job.control);
const hashes = new Uint8Array(job.hashes);
const buffer = Buffer.allocUnsafeSlow(Math.min(job.totalSize, job.piecesPerTurn * job.pieceLength));
const offsets = fileOffsets();
let openFile = { index: -1, descriptor: -1 };

const problem = hashTurns();
close();
if (problem !== undefined) say(problem);

function hashTurns(): HashMessage | undefined {
  const turnLength = job.piecesPerTurn * job.pieceLength;
  while (Atomics.load(control, STOP) === 0) {
    const firstPiece = Atomics.add(control, NEXT_PIECE, job.piecesPerTurn);
    const start = firstPiece * job.pieceLength;
    if (start >= job.totalSize) return undefined;
    const length = Math.min(turnLength, job.totalSize - start);
    const trouble = read(start, length);
    if (trouble !== undefined) return trouble;
    for (let begin = 0; begin < length; begin += job.pieceLength) {
      const piece = buffer.subarray(begin, Math.min(begin + job.pieceLength, length));
      hashes.set(hash('sha1', piece, 'buffer'), (firstPiece + begin / job.pieceLength) * PIECE_HASH_LENGTH);
    }
    say({ kind: 'hashed', bytes: length });
  }
  return undefined;
}

/** Fills the buffer with that range of the torrent, across files. */
function read(start: number, length: number): HashMessage | undefined {
  let file = fileAt(start);
  for (let done = 0; done < length; ) {
    const position = start + done - offsets[file];
    const wanted = Math.min(length - done, job.files[file].size - position);
    if (wanted > 0) {
      try {
        const count = readSync(descriptorOf(file), buffer, done, wanted, position);
        if (count === 0) return { kind: 'changed', file };
        done += count;
        // A read may be short without being at the end.
        if (count < wanted) continue;
      } catch (error) {
        return { kind: 'failed', file, errorCode: (error as NodeJS.ErrnoException).code };
      }
    }
    file++;
  }
  return undefined;
}

function descriptorOf(file: number): number {
  if (openFile.index !== file) {
    close();
    openFile = { index: file, descriptor: openSync(job.files[file].diskPath, 'r') };
  }
  return openFile.descriptor;
}

function close(): void {
  if (openFile.index !== -1) closeSync(openFile.descriptor);
  openFile = { index: -1, descriptor: -1 };
}

function fileOffsets(): Float64Array {
  const starts = new Float64Array(job.files.length);
  for (let file = 1; file < starts.length; file++) starts[file] = starts[file - 1] + job.files[file - 1].size;
  return starts;
}

/** The last file that begins at or before `offset`: it holds that byte, as empty ones come before it. */
function fileAt(offset: number): number {
  let low = 0;
  let high = offsets.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (offsets[middle] <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

function say(message: HashMessage): void {
  parentPort?.postMessage(message);
}
