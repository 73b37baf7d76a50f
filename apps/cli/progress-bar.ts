// One line on a terminal that fills up; on anything else it stays silent.

import type { Clock } from '@enjambre/runtime';
import { formatSize } from './sizes.ts';

const BAR_WIDTH = 30;
/** Often enough to look alive. */
const REDRAW_INTERVAL_MS = 100;
const CLEAR_LINE = '\r\u001b[K';

export class ProgressBar {
  readonly #stream: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly #clock: Clock;
  readonly #startedMs: number;
  #drawnMs = Number.NEGATIVE_INFINITY;

  constructor(stream: NodeJS.WritableStream, clock: Clock) {
    this.#stream = stream;
    this.#clock = clock;
    this.#startedMs = clock.now();
  }

  /** Draws how far it is, in bytes. */
  update(done: number, total: number): void {
    const nowMs = this.#clock.now();
    if (this.#stream.isTTY !== true || nowMs - this.#drawnMs < REDRAW_INTERVAL_MS) return;
    this.#drawnMs = nowMs;
    const fraction = total === 0 ? 1 : done / total;
    const filled = Math.floor(fraction * BAR_WIDTH);
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
    const bytesPerSecond = done / Math.max(0.001, (nowMs - this.#startedMs) / 1000);
    const percent = Math.floor(fraction * 100);
    this.#stream.write(
      `${CLEAR_LINE}${bar} ${percent}%  ${formatSize(total)}  ${formatSize(Math.round(bytesPerSecond))}/s`,
    );
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#drawnMs > Number.NEGATIVE_INFINITY) this.#stream.write(CLEAR_LINE);
  }
}
