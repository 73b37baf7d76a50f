// Sixty samples in a row of one container at one resolution, as they are kept: three figures each, NaN where nothing is
// known. Invariant: `start` is a multiple of the chunk's length in seconds.

import { CHUNK_SAMPLES, type Resolution } from './resolution.ts';

export interface Sample {
  /** Bytes a second. */
  readonly downloadSpeed: number;
  readonly uploadSpeed: number;
  /** Percent. */
  readonly progress: number;
}

const FIGURES = 3;
const BYTES_A_FIGURE = 4;

export class Chunk {
  /** Unix seconds of the first sample. */
  readonly start: number;
  readonly step: Resolution['step'];
  readonly #figures: Float32Array;

  /** @param bytes as `bytes` gave them; whatever has another length counts as empty */
  constructor(start: number, step: Resolution['step'], bytes?: Uint8Array) {
    this.start = start;
    this.step = step;
    this.#figures = new Float32Array(CHUNK_SAMPLES * FIGURES).fill(Number.NaN);
    if (bytes?.length === this.#figures.byteLength) new Uint8Array(this.#figures.buffer).set(bytes);
  }

  /** Unix seconds of the first sample of the chunk that `second` belongs to. */
  static startOf(second: number, step: Resolution['step']): number {
    const length = CHUNK_SAMPLES * step;
    return Math.floor(second / length) * length;
  }

  get(index: number): Sample | undefined {
    const at = index * FIGURES;
    const [downloadSpeed, uploadSpeed, progress] = this.#figures.subarray(at, at + FIGURES);
    return Number.isNaN(progress) ? undefined : { downloadSpeed, uploadSpeed, progress };
  }

  set(index: number, { downloadSpeed, uploadSpeed, progress }: Sample): void {
    this.#figures.set([downloadSpeed, uploadSpeed, progress], index * FIGURES);
  }

  /** What the database keeps. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.#figures.buffer, 0, CHUNK_SAMPLES * FIGURES * BYTES_A_FIGURE);
  }
}
