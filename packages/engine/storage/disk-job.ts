// What the event loop and a disk worker say to each other. Jobs carry all they need: a worker remembers only memory and
// open files, so that it can end when idle and be started again.

import type { StorageError } from './piece-store.ts';

/** A stretch of a file by its absolute path; `undefined`: padding, zeros that lie nowhere. */
export interface PathSpan {
  readonly path: string | undefined;
  readonly position: number;
  readonly length: number;
  /** Made with the right to be run. */
  readonly executable?: boolean;
}

/** Hash the piece in that slab and, when it is right, write it. */
export interface FinishJob {
  readonly kind: 'finish';
  /** Real path of the archives: nothing outside of it is opened. */
  readonly root: string;
  readonly slabId: number;
  readonly length: number;
  readonly hash: Uint8Array;
  readonly spans: readonly PathSpan[];
  readonly wantBlockHashes: boolean;
  readonly blockLength: number;
}

/** Read consecutive pieces and hash them. `hashes`: 20 bytes a piece. */
export interface CheckJob {
  readonly kind: 'check';
  readonly root: string;
  readonly pieceLengths: readonly number[];
  readonly hashes: Uint8Array;
  readonly spans: readonly PathSpan[];
}

export interface FinishResult {
  readonly verified: boolean;
  readonly blockHashes: Uint8Array | undefined;
}

/** 1 for each piece that is good. */
export type CheckResult = Uint8Array;

/** To a worker. Messages without an id are not answered. */
export type WorkerOrder =
  | { readonly kind: 'job'; readonly id: number; readonly job: FinishJob | CheckJob }
  | { readonly kind: 'slab'; readonly id: number; readonly memory: SharedArrayBuffer }
  | { readonly kind: 'forget-slab'; readonly id: number }
  | { readonly kind: 'close-files' }
  | { readonly kind: 'end' };

/** From a worker. */
export type WorkerAnswer =
  | { readonly id: number; readonly result: FinishResult | CheckResult }
  | { readonly id: number; readonly failure: { readonly code: StorageError['code']; readonly message: string } };
