// Both speeds over a span of time, in the shape the graph draws.

import type { PastSamples } from '@enjambre/contract';

/** Five minutes of one a second. */
const SPAN_SAMPLES = 300;

export type SpeedSeries = [at: number[], down: (number | null)[], up: (number | null)[]];

export class SpeedHistory {
  readonly #series: SpeedSeries = [[], [], []];
  readonly #listeners = new Set<() => void>();

  /** @param at unix seconds; a sample of a second that is there already is not taken */
  add(at: number, down: number, up: number): void {
    const [times, downs, ups] = this.#series;
    const last = times.at(-1);
    const second = Math.floor(at);
    if (last !== undefined && second <= last) return;
    // Nobody looked: a gap, not a slope.
    if (last !== undefined && second - last > 5) this.#push(last + 1, null, null);
    this.#push(second, down, up);
    while (times.length > SPAN_SAMPLES) for (const list of [times, downs, ups]) list.shift();
    this.#tell();
  }

  /** Takes what the backend remembers in place of what is here, without the empty time before the first sample. */
  replace({ start, step, downloadSpeed, uploadSpeed }: PastSamples): void {
    const first = downloadSpeed.findIndex((speed) => speed !== null);
    const known = first === -1 ? [] : downloadSpeed.slice(first);
    this.#series[0].splice(0, Infinity, ...known.map((_, index) => start + (first + index) * step));
    this.#series[1].splice(0, Infinity, ...known);
    this.#series[2].splice(0, Infinity, ...uploadSpeed.slice(first === -1 ? uploadSpeed.length : first));
    this.#tell();
  }

  get series(): SpeedSeries {
    return this.#series;
  }

  readonly watch = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  #push(at: number, down: number | null, up: number | null): void {
    const [times, downs, ups] = this.#series;
    times.push(at);
    downs.push(down);
    ups.push(up);
  }
}
