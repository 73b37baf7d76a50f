// Output for people: messages scroll by, the last line shows the progress and is drawn again each second.

import { stripVTControlCharacters } from 'node:util';
import type { Status } from '@enjambre/contract';
import type { Clock, LogLevel } from '@enjambre/runtime';
import { isLoud, type Output, type OutputStream } from './output.ts';

const DEFAULT_COLUMNS = 80;
const CLEAR_LINE = '\r\u001b[K';
const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

export class TerminalOutput implements Output {
  readonly #stream: OutputStream;
  readonly #clock: Clock;
  readonly #level: LogLevel;
  #line = '';

  constructor(stream: OutputStream, clock: Clock, level: LogLevel) {
    this.#stream = stream;
    this.#clock = clock;
    this.#level = level;
  }

  log(level: LogLevel, message: string, details: Record<string, unknown> = {}): void {
    if (!isLoud(level, this.#level)) return;
    const time = new Date(this.#clock.wallTime()).toTimeString().slice(0, 8);
    const mark = level === 'info' ? '' : `${level}: `;
    const rest = Object.entries(details).map(([name, value]) => ` ${name}=${value}`);
    this.#stream.write(`${CLEAR_LINE}${printable(`${time} ${mark}${message}${rest.join('')}`)}\n${this.#line}`);
  }

  progress(status: Status): boolean {
    // One column is left free: a full line would wrap, and clearing would then miss its first part.
    this.#line = progressLine(status).slice(0, (this.#stream.columns ?? DEFAULT_COLUMNS) - 1);
    this.#stream.write(`${CLEAR_LINE}${this.#line}`);
    return true;
  }

  end(): void {
    if (this.#line !== '') this.#stream.write('\n');
    this.#line = '';
  }
}

/** `downloading 45.3%  22.4 MiB of 49.4 MiB  down 1.0 MiB/s  up 512 KiB/s  peers 5/12  eta 27s`. */
export function progressLine(status: Status): string {
  return [
    `${status.state} ${(Math.floor(status.progress * 10) / 10).toFixed(1)}%`,
    `${formatBytes(status.downloaded)} of ${formatBytes(status.total_size)}`,
    `down ${formatBytes(status.download_speed)}/s`,
    `up ${formatBytes(status.upload_speed)}/s`,
    `peers ${status.connected_peers}/${status.total_peers}`,
    `eta ${status.eta}`,
  ].join('  ');
}

/** Three digits or so, in powers of 1024. */
export function formatBytes(bytes: number): string {
  let power = 0;
  let value = bytes;
  while (value >= 1024 && power < units.length - 1) {
    value /= 1024;
    power++;
  }
  return `${value.toFixed(power > 0 && value < 100 ? 1 : 0)} ${units[power]}`;
}

/** Names that strangers chose must not steer the terminal. */
function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/\p{Cc}/gu, ' ');
}
