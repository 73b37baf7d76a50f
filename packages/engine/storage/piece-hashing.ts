// The disk worker's work: pieces from memory to files, and from files to verdicts. Synchronous: it has a thread of its own.
// Invariant: nothing is written that was not hashed, and nothing just written is read back.

import { createHash, hash } from 'node:crypto';
import { readSync, writeSync } from 'node:fs';
import { blockHashes } from './block-hashes.ts';
import { diskError } from './disk-error.ts';
import {
  type CheckJob,
  type CheckResult,
  type FinishJob,
  type FinishResult,
  NUMBERS_PER_PIECE,
  NUMBERS_PER_SPAN,
  PADDING,
  type PathSpan,
} from './disk-job.ts';
import { HASH_LENGTH } from './file-layout.ts';
import type { OpenFiles } from './open-files.ts';

// Read and hashed in one go: stays in the processor's cache, and is enough for a disk to stream.
const WINDOW_LENGTH = 2 ** 20;
const zeros = Buffer.alloc(WINDOW_LENGTH);

/** Of a piece that could not be written, part may have been. @param sheets memory by the numbers the job names */
export function finishPieces(
  job: FinishJob,
  sheets: ReadonlyMap<number, SharedArrayBuffer>,
  files: OpenFiles,
): FinishResult {
  let nextSpan = 0;
  return job.hashes.map((expected, index) => {
    const at = index * NUMBERS_PER_PIECE;
    const [sheetId, offset, length, wantBlockHashes, spanCount] = job.pieces.slice(at, at + NUMBERS_PER_PIECE);
    const piece = Buffer.from(sheets.get(sheetId)!, offset, length);
    const verified = hash('sha1', piece, 'hex') === expected;
    const firstSpan = nextSpan;
    nextSpan += spanCount;
    try {
      if (verified) writeSpans(job, firstSpan, nextSpan, piece, files);
    } catch (error) {
      const { code, message } = diskError(error, 'write', job.root);
      return { failure: { code, message } };
    }
    if (verified && wantBlockHashes === 0) return true;
    return { verified, blockHashes: blockHashes(piece, job.blockLength) };
  });
}

/** @throws StorageError when a file could not be read; one that is too short only makes its pieces bad */
export function checkPieces(job: CheckJob, window: Buffer, files: OpenFiles): CheckResult {
  const verdicts = new Uint8Array(job.pieceLengths.length);
  const reader = new SpanReader(job.root, job.spans, files);
  const isGood = (index: number, digest: Buffer): boolean =>
    digest.equals(job.hashes.subarray(index * HASH_LENGTH, (index + 1) * HASH_LENGTH));
  for (let first = 0; first < job.pieceLengths.length; ) {
    let end = first;
    let length = 0;
    while (end < job.pieceLengths.length && length + job.pieceLengths[end] <= WINDOW_LENGTH)
      length += job.pieceLengths[end++];
    if (end === first) {
      const digest = hashLongPiece(reader, job.pieceLengths[first], window);
      if (digest !== undefined && isGood(first, digest)) verdicts[first] = 1;
      first++;
      continue;
    }
    // A file that shrank since it was measured makes the whole window bad: fetching a few pieces again is cheap.
    const complete = reader.fill(window.subarray(0, length));
    let at = 0;
    for (; first < end; first++) {
      const piece = window.subarray(at, at + job.pieceLengths[first]);
      if (complete && isGood(first, hashOf(piece))) verdicts[first] = 1;
      at += piece.length;
    }
  }
  return verdicts;
}

/** Follows spans through their files. */
class SpanReader {
  readonly #root: string;
  readonly #spans: readonly PathSpan[];
  readonly #files: OpenFiles;
  #spanIndex = 0;
  #used = 0;

  constructor(root: string, spans: readonly PathSpan[], files: OpenFiles) {
    this.#root = root;
    this.#spans = spans;
    this.#files = files;
  }

  /** Fills `target` with the next bytes. False when a file was too short; the place moves on all the same. */
  fill(target: Buffer): boolean {
    let complete = true;
    for (let at = 0; at < target.length; ) {
      const span = this.#spans[this.#spanIndex];
      const length = Math.min(target.length - at, span.length - this.#used);
      complete = this.#read(span, target.subarray(at, at + length)) && complete;
      at += length;
      this.#used += length;
      if (this.#used < span.length) continue;
      this.#spanIndex++;
      this.#used = 0;
    }
    return complete;
  }

  #read({ path, position }: PathSpan, target: Buffer): boolean {
    if (path === undefined) {
      target.fill(0);
      return true;
    }
    try {
      const descriptor = this.#files.descriptor(this.#root, path, false);
      for (let at = 0; at < target.length; ) {
        const got = readSync(descriptor, target, at, target.length - at, position + this.#used + at);
        if (got === 0) return false;
        at += got;
      }
      return true;
    } catch (error) {
      this.#files.close(path);
      throw diskError(error, 'read', path);
    }
  }
}

/** Writes one piece to its spans, those from `first` to before `end` of the job. */
function writeSpans(job: FinishJob, first: number, end: number, piece: Buffer, files: OpenFiles): void {
  let at = 0;
  for (let span = first; span < end; span++) {
    const [number, position, length] = job.spans.slice(span * NUMBERS_PER_SPAN, (span + 1) * NUMBERS_PER_SPAN);
    const stop = at + length;
    if (number === PADDING) {
      at = stop;
      continue;
    }
    const { path, executable } = job.files[number];
    try {
      const descriptor = files.descriptor(job.root, path, true, executable);
      // A disk that fills up first writes less than asked for, and refuses only then.
      for (let from = position - at; at < stop; ) at += writeSync(descriptor, piece, at, stop - at, from + at);
    } catch (error) {
      files.close(path);
      throw diskError(error, 'write', path);
    }
  }
}

const zeroHashes = new Map<number, Buffer>();

/** Holes of sparse files come as zeros, often many gigabytes of them: comparing is several times faster than hashing. */
function hashOf(piece: Buffer): Buffer {
  return isZero(piece) ? hashOfZeros(piece.length) : hash('sha1', piece, 'buffer');
}

function hashLongPiece(reader: SpanReader, length: number, window: Buffer): Buffer | undefined {
  let complete = true;
  let leadingZeros = 0;
  let digest: ReturnType<typeof createHash> | undefined;
  for (let at = 0; at < length; at += WINDOW_LENGTH) {
    const part = window.subarray(0, Math.min(WINDOW_LENGTH, length - at));
    complete = reader.fill(part) && complete;
    if (digest === undefined && isZero(part)) {
      leadingZeros += part.length;
      continue;
    }
    digest ??= updateZeros(createHash('sha1'), leadingZeros);
    digest.update(part);
  }
  if (!complete) return undefined;
  return digest?.digest() ?? hashOfZeros(length);
}

function hashOfZeros(length: number): Buffer {
  let digest = zeroHashes.get(length);
  if (digest === undefined) {
    digest = updateZeros(createHash('sha1'), length).digest();
    // Two lengths a torrent: pieces, and the last piece.
    if (zeroHashes.size >= 16) zeroHashes.clear();
    zeroHashes.set(length, digest);
  }
  return digest;
}

function updateZeros(digest: ReturnType<typeof createHash>, length: number): ReturnType<typeof createHash> {
  for (let left = length; left > 0; left -= WINDOW_LENGTH)
    digest.update(zeros.subarray(0, Math.min(left, WINDOW_LENGTH)));
  return digest;
}

function isZero(bytes: Buffer): boolean {
  return bytes.equals(zeros.subarray(0, bytes.length));
}

/** The buffer `checkPieces` wants: private to its worker, used again for every job. */
export function checkWindow(): Buffer {
  return Buffer.allocUnsafeSlow(WINDOW_LENGTH);
}
