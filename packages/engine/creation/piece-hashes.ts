// SHA-1 of every piece, on all cores. Invariant: no thread and no open file is left when the promise settles.

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { CreationError, fromFileSystem } from './creation-error.ts';
import { type HashJob, type HashMessage, PIECE_HASH_LENGTH, STOP } from './hash-job.ts';
import type { SourceFile } from './source-files.ts';

/** Read at a time: large enough that a system call costs nothing, small enough for the last-level cache. */
const TURN_LENGTH = 4 * 1024 * 1024;

export interface HashOptions {
  readonly pieceLength: number;
  readonly signal?: AbortSignal;
  /** Called with the bytes hashed so far, rising. */
  readonly onProgress?: (hashedBytes: number) => void;
}

/**
 * Hashes the files as one stretch of bytes; 20 bytes a piece.
 * @throws CreationError `aborted`, `changed` when a file is shorter than it was, `not-found`, `not-readable`
 */
export async function hashPieces(files: readonly SourceFile[], options: HashOptions): Promise<Uint8Array> {
  const { pieceLength, signal, onProgress } = options;
  if (signal?.aborted) throw new CreationError('aborted', 'stopped');
  const totalSize = files.reduce((sum, file) => sum + file.size, 0);
  const pieceCount = Math.ceil(totalSize / pieceLength);
  const job: HashJob = {
    files: files.map(({ diskPath, size }) => ({ diskPath, size })),
    totalSize,
    pieceLength,
    piecesPerTurn: Math.max(1, Math.floor(TURN_LENGTH / pieceLength)),
    hashes: new SharedArrayBuffer(pieceCount * PIECE_HASH_LENGTH),
    control: new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT),
  };
  const stop = (): void => void Atomics.store(new Int32Array(job.control), STOP, 1);
  signal?.addEventListener('abort', stop);
  let hashedBytes = 0;
  const onHashed = (bytes: number): void => {
    hashedBytes += bytes;
    onProgress?.(hashedBytes);
  };
  const threadCount = Math.min(availableParallelism(), Math.ceil(pieceCount / job.piecesPerTurn));
  try {
    const threads = Array.from({ length: threadCount }, () => runThread(job, onHashed, stop));
    const outcomes = await Promise.allSettled(threads);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
  if (signal?.aborted) throw new CreationError('aborted', 'stopped');
  return new Uint8Array(new Uint8Array(job.hashes));
}

/** One thread from start to exit. Its trouble stops the others. */
function runThread(job: HashJob, onHashed: (bytes: number) => void, stop: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./hash-worker.ts', import.meta.url), { workerData: job });
    const fail = (error: Error): void => {
      stop();
      reject(error);
    };
    worker.on('message', (message: HashMessage) => {
      if (message.kind === 'hashed') onHashed(message.bytes);
      else fail(toError(job.files[message.file].diskPath, message));
    });
    worker.on('error', fail);
    // Settling again does nothing: after a failure the exit only ends the thread.
    worker.on('exit', () => resolve());
  });
}

function toError(path: string, message: Exclude<HashMessage, { kind: 'hashed' }>): CreationError {
  if (message.kind === 'changed') return new CreationError('changed', `${path}: became shorter while it was read`);
  return fromFileSystem({ code: message.errorCode }, path);
}
