// The last minutes of both speeds, a sample a second, in the shape the graph draws.

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
    for (const listener of [...this.#listeners]) listener();
  }

  get series(): SpeedSeries {
    return this.#series;
  }

  readonly watch = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #push(at: number, down: number | null, up: number | null): void {
    const [times, downs, ups] = this.#series;
    times.push(at);
    downs.push(down);
    ups.push(up);
  }
}
