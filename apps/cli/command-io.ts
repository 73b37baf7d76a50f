// What a small verb is given to speak with, and how it says what was wrong with its words.

import { type ParseArgsConfig, parseArgs } from 'node:util';

export interface CommandIo {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /** Aborted when the user wants the verb to stop. */
  readonly signal?: AbortSignal;
}

/** Something in argv that can't be meant; its message is one line that names it. */
export class UsageError extends Error {}

/** Exit code of a wrong flag, value or input. */
export const EXIT_USAGE = 2;

/**
 * `parseArgs`, strict, with its errors cut to their first sentence.
 * @throws UsageError
 */
export function readFlags<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (!(error instanceof Error) || !code?.startsWith('ERR_PARSE_ARGS')) throw error;
    throw new UsageError(error.message.split(/[.\n]\s/)[0].replace(/\.$/, ''));
  }
}

/** Writes all of it before it resolves; a reader that has gone is no error. */
export function write(stream: NodeJS.WritableStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    stream.write(text, () => resolve());
  });
}

/** Text of strangers for a terminal: no controls, nothing that turns the reading direction. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, '\ufffd');
}
