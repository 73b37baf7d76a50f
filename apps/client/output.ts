// What the client says while it works: one live line on a terminal, JSON lines for programs.

import type { Writable } from 'node:stream';
import type { Status } from '@enjambre/contract';
import type { Logger, LogLevel } from '@enjambre/runtime';

/** Where a program writes; `isTTY` and `columns` as process.stdout has them. */
export interface OutputStream extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface Output extends Logger {
  /** To be called every second with how things stand. @returns whether the next call may wait until that changes */
  progress(status: Status): boolean;
  /** Leaves the terminal as others expect it. */
  end(): void;
}

/** From the least to the most important; a level lets itself and what is right of it through. */
export const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** True when a message of `level` is to be shown by a program whose level is `least`. */
export function isLoud(level: LogLevel, least: LogLevel): boolean {
  return logLevels.indexOf(level) >= logLevels.indexOf(least);
}
