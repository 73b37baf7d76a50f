// What becomes of the samples of one container: the newest chunk of each resolution, and coarser samples made of finer
// ones (the mean of speeds, the last progress). Invariant: `add` is called with seconds that grow, but for a clock that was
// set back: what is added then takes the place of what was there.

import { Chunk, type Sample } from './chunk.ts';
import { RESOLUTIONS, type Resolution } from './resolution.ts';

/** Brings a chunk of before a restart back, if there is one. */
export type FindChunk = (start: number, step: Resolution['step']) => Chunk | undefined;

interface Level {
  readonly step: Resolution['step'];
  chunk: Chunk | undefined;
  /** Of the coarser sample that is being made. */
  slot: number;
  downloadSum: number;
  uploadSum: number;
  count: number;
}

export class Series {
  readonly #find: FindChunk;
  /** A chunk that will not change any more has to be written now. */
  readonly #filled: (chunk: Chunk) => void;
  readonly #levels: readonly Level[] = RESOLUTIONS.map(({ step }) => ({
    ...{ step, chunk: undefined, slot: Number.NaN },
    ...{ downloadSum: 0, uploadSum: 0, count: 0 },
  }));

  constructor(find: FindChunk, filled: (chunk: Chunk) => void) {
    this.#find = find;
    this.#filled = filled;
  }

  /** @param second unix */
  add(second: number, sample: Sample): void {
    for (const level of this.#levels) {
      const slot = Math.floor(second / level.step);
      if (slot !== level.slot) Object.assign(level, { slot, downloadSum: 0, uploadSum: 0, count: 0 });
      level.downloadSum += sample.downloadSpeed;
      level.uploadSum += sample.uploadSpeed;
      level.count++;
      const chunk = this.#chunkOf(level, second);
      // Written at each step: what is shown of a minute that is not over is its mean so far.
      chunk.set(slot - chunk.start / level.step, {
        downloadSpeed: level.downloadSum / level.count,
        uploadSpeed: level.uploadSum / level.count,
        progress: sample.progress,
      });
    }
  }

  /** The chunks that are still growing. */
  get growing(): readonly Chunk[] {
    return this.#levels.flatMap(({ chunk }) => chunk ?? []);
  }

  #chunkOf(level: Level, second: number): Chunk {
    const start = Chunk.startOf(second, level.step);
    if (level.chunk?.start === start) return level.chunk;
    if (level.chunk !== undefined) this.#filled(level.chunk);
    level.chunk = this.#find(start, level.step) ?? new Chunk(start, level.step);
    return level.chunk;
  }
}
