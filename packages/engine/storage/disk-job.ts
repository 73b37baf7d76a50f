// What the event loop and a disk worker say to each other. Jobs carry all they need: a worker remembers only memory and
// open files, so that it can end when idle and be started again.

import type { PieceVerdict, StorageError } from './piece-store.ts';

/** A stretch of a file by its absolute path; `undefined`: padding, zeros that lie nowhere. */
export interface PathSpan {
  readonly path: string | undefined;
  readonly position: number;
  readonly length: number;
}

export interface WrittenFile {
  readonly path: string;
  /** Made with the right to be run. */
  readonly executable: boolean;
}

/** In place of a file's number: zeros that lie nowhere. */
export const PADDING = -1;
/** Numbers of a piece, and of a span, in a FinishJob. */
export const NUMBERS_PER_PIECE = 5;
export const NUMBERS_PER_SPAN = 3;

/**
 * Hash the pieces in those slabs and write those that are right. Flat lists of numbers, and digests as text: an object a
 * piece, or a typed array a message, costs more than all the rest of it.
 */
export interface FinishJob {
  readonly kind: 'finish';
  /** Real path of the archives: nothing outside of it is opened. */
  readonly root: string;
  readonly blockLength: number;
  /** By piece: its sheet, where it begins there, its length, 1 when block hashes are wanted of a good one too, how many spans. */
  readonly pieces: readonly number[];
  /** SHA-1 in hex, by piece. */
  readonly hashes: readonly string[];
  /** By span, in the order of the pieces: the file's index in `files` or PADDING, the position there, the length. */
  readonly spans: readonly number[];
  readonly files: readonly WrittenFile[];
}

/** Read consecutive pieces and hash them. `hashes`: 20 bytes a piece. */
export interface CheckJob {
  readonly kind: 'check';
  readonly root: string;
  readonly pieceLengths: readonly number[];
  readonly hashes: Uint8Array;
  readonly spans: readonly PathSpan[];
}

/** Why a job, or a piece of it, was not done. */
interface WorkerFailure {
  readonly code: StorageError['code'];
  readonly message: string;
}

/** What became of a piece; `true`, most of the time: it was right and is written. */
type PieceOutcome = true | PieceVerdict | { readonly failure: WorkerFailure };

/** By piece, in the order of the job. */
export type FinishResult = readonly PieceOutcome[];

/** 1 for each piece that is good. */
export type CheckResult = Uint8Array;

/** To a worker. Messages without an id are not answered. */
export type WorkerOrder =
  | { readonly kind: 'job'; readonly id: number; readonly job: FinishJob | CheckJob }
  | { readonly kind: 'sheet'; readonly id: number; readonly memory: SharedArrayBuffer }
  | { readonly kind: 'forget-sheet'; readonly id: number }
  | { readonly kind: 'close-files' }
  | { readonly kind: 'end' };

/** From a worker. */
export type WorkerAnswer =
  | { readonly id: number; readonly result: FinishResult | CheckResult }
  | { readonly id: number; readonly failure: WorkerFailure };
