// Output for programs: each message, and now and then the progress, is one JSON object in one line.

import type { Status } from '@enjambre/contract';
import type { Clock, LogLevel } from '@enjambre/runtime';
import { isLoud, type Output, type OutputStream } from './output.ts';

/** Often enough to follow, seldom enough for logs that are kept; a change of state is told at once. */
const PROGRESS_INTERVAL_MS = 10_000;

export class JsonOutput implements Output {
  readonly #stream: OutputStream;
  readonly #clock: Clock;
  readonly #level: LogLevel;
  #told: { readonly at: number; readonly state: string; readonly text: string } | undefined;

  constructor(stream: OutputStream, clock: Clock, level: LogLevel) {
    this.#stream = stream;
    this.#clock = clock;
    this.#level = level;
  }

  log(level: LogLevel, message: string, details: Record<string, unknown> = {}): void {
    if (!isLoud(level, this.#level)) return;
    const time = new Date(this.#clock.wallTime()).toISOString();
    this.#stream.write(`${JSON.stringify({ time, level, message, ...details }, plain)}\n`);
  }

  progress(status: Status): boolean {
    const at = this.#clock.now();
    const text = JSON.stringify(status);
    if (this.#told?.text === text) return true;
    const due = this.#told === undefined || at - this.#told.at >= PROGRESS_INTERVAL_MS;
    if (!due && this.#told?.state === status.state) return false;
    this.#told = { at, state: status.state, text };
    this.log('info', 'progress', { ...status });
    return true;
  }

  end(): void {}
}

/** Errors and big numbers have no JSON of their own. */
function plain(_key: string, value: unknown): unknown {
  if (value instanceof Error) return value.message;
  return typeof value === 'bigint' ? value.toString() : value;
}
