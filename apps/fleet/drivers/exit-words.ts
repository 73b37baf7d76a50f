// How a client ended, for people: what it returned, and the last thing it said.

import { constants } from 'node:os';
import type { Exit } from './driver.ts';

/** What a shell adds to a signal's number, and Docker too. */
const SIGNAL_EXIT_CODE = 128;

/** Of a container: a signal is in its code. */
export function describeExitCode(code: number, lines: readonly string[]): Exit {
  const signal = Object.entries(constants.signals).find(([, number]) => SIGNAL_EXIT_CODE + number === code)?.[0];
  return describeExit(code, (signal as NodeJS.Signals | undefined) ?? null, lines);
}

/** @param lines the end of its log */
export function describeExit(code: number | null, signal: NodeJS.Signals | null, lines: readonly string[]): Exit {
  const last = lastWords(lines);
  if (signal !== null) {
    const guess = signal === 'SIGKILL' ? ' (somebody ended it, or the machine was out of memory)' : '';
    return { code: undefined, signal, message: `It was ended by ${signal}${guess}.` };
  }
  if (code === null) {
    return {
      code: undefined,
      signal: undefined,
      message: 'It ended while nobody watched; its exit code is not known.',
    };
  }
  const ended = code === 0 ? 'It ended by itself, exit code 0' : `It ended with exit code ${code}`;
  return { code, signal: undefined, message: last === undefined || code === 0 ? `${ended}.` : `${ended}: ${last}` };
}

/** The last sentence of a log: of JSON lines their message. */
function lastWords(lines: readonly string[]): string | undefined {
  const line = lines.findLast((text) => text.trim() !== '');
  if (line === undefined) return undefined;
  try {
    const { message } = JSON.parse(line) as { message?: unknown };
    return typeof message === 'string' ? message : line;
  } catch {
    return line.replace(/^enjambre client: /, '');
  }
}
