// Takes a sample of every container each second, and answers what the past looked like. A second in which nothing was
// heard of a container is a gap, not a zero. What is not written yet when the backend is killed is a minute at most; what cannot
// be written, as on a full disk, is a gap too.

import type { PastSamples, Status } from '@enjambre/contract';
import type { Clock, Logger, Timer } from '@enjambre/runtime';
import { reasonOf } from '../errors.ts';
import type { Chunk } from './chunk.ts';
import { CHUNK_SAMPLES, RESOLUTIONS, type Resolution } from './resolution.ts';
import type { SampleStore } from './sample-store.ts';
import { Series } from './series.ts';

const INTERVAL_MS = 1_000;
/** Each container's growing chunks are written once a minute, a part of all containers each second. */
const WRITE_EVERY_SECONDS = 60;
/** A clock that is set back by less is waited for; by more, samples go on from there, over what was taken before. */
const WAITED_FOR_SECONDS = 60;

export interface SamplerOptions {
  readonly store: SampleStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of all containers. */
  readonly ids: () => Iterable<string>;
  /** What it says now; undefined for one that says nothing. */
  readonly statusOf: (id: string) => Status | undefined;
}

export class Sampler {
  readonly #options: SamplerOptions;
  readonly #series = new Map<string, Series>();
  #timer: Timer | undefined;
  #lastSecond = 0;
  #isFailing = false;

  constructor(options: SamplerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = this.#options.clock.every(INTERVAL_MS, () => this.#sample());
  }

  /** Writes what is not written yet. */
  close(): void {
    this.#timer?.cancel();
    this.#forgetGone();
    for (const [id, series] of this.#series) this.#write(id, series.growing);
    this.#series.clear();
  }

  /** The last `count` samples of a resolution, the newest last. */
  past(id: string, { step, kept }: Resolution, count = kept): PastSamples {
    const newest = Math.floor(this.#options.clock.wallTime() / 1000 / step);
    const oldest = newest - Math.min(count, kept) + 1;
    const chunks = new Map<number, Chunk>();
    for (const chunk of this.#options.store.since(id, oldest * step, step)) chunks.set(chunk.start, chunk);
    for (const chunk of this.#series.get(id)?.growing ?? []) if (chunk.step === step) chunks.set(chunk.start, chunk);
    const samples: PastSamples = { start: oldest * step, step, downloadSpeed: [], uploadSpeed: [], progress: [] };
    for (let slot = oldest; slot <= newest; slot++) {
      const index = slot % CHUNK_SAMPLES;
      const sample = chunks.get((slot - index) * step)?.get(index);
      samples.downloadSpeed.push(sample === undefined ? null : Math.round(sample.downloadSpeed));
      samples.uploadSpeed.push(sample === undefined ? null : Math.round(sample.uploadSpeed));
      samples.progress.push(sample === undefined ? null : Math.round(sample.progress * 100) / 100);
    }
    return samples;
  }

  #sample(): void {
    const { clock, ids, statusOf } = this.#options;
    const second = Math.floor(clock.wallTime() / 1000);
    if (second <= this.#lastSecond && this.#lastSecond - second < WAITED_FOR_SECONDS) return;
    this.#lastSecond = second;
    let number = 0;
    for (const id of ids()) {
      const status = statusOf(id);
      const series = status && this.#seriesOf(id);
      if (status !== undefined) {
        const { download_speed: downloadSpeed, upload_speed: uploadSpeed, progress } = status;
        series?.add(second, { downloadSpeed, uploadSpeed, progress });
      }
      if (++number % WRITE_EVERY_SECONDS !== second % WRITE_EVERY_SECONDS) continue;
      const growing = this.#series.get(id)?.growing;
      if (growing !== undefined) this.#write(id, growing);
    }
    if (this.#series.size > number) this.#forgetGone();
  }

  #write(id: string, chunks: readonly Chunk[]): void {
    try {
      this.#options.store.put(id, chunks);
      this.#isFailing = false;
    } catch (error) {
      // Once, not each second.
      if (!this.#isFailing) this.#options.logger.log('warn', `speeds cannot be remembered: ${reasonOf(error)}`);
      this.#isFailing = true;
    }
  }

  /** A container that is gone has taken its rows with it. */
  #forgetGone(): void {
    const there = new Set(this.#options.ids());
    for (const id of this.#series.keys()) if (!there.has(id)) this.#series.delete(id);
  }

  #seriesOf(id: string): Series {
    const known = this.#series.get(id);
    if (known !== undefined) return known;
    const { store } = this.#options;
    const series = new Series(
      (start, step) => store.find(id, start, step),
      (chunk) => this.#write(id, [chunk]),
    );
    this.#series.set(id, series);
    return series;
  }
}

/** The resolution whose samples are `step` seconds apart. */
export function resolutionOf(step: number): Resolution | undefined {
  return RESOLUTIONS.find((resolution) => resolution.step === step);
}
