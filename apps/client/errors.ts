// Why the client does not start (one line for people, a word for docs/errors.md, exit code 2), or refuses a caller.

import type { ClientErrorCode } from '@enjambre/contract';

export type StartErrorCode =
  | 'usage'
  | 'unreadable-file'
  | 'bad-torrent'
  | 'unsupported-torrent'
  | 'duplicate-torrent'
  | 'port-taken'
  | 'cannot-listen'
  | 'run-file'
  | 'watch-folder'
  | 'state-folder'
  | 'state-in-use'
  | 'locked'
  | 'path-conflict'
  | 'path-in-use';

/** `message` is one line that names the flag, file or folder at fault. */
export class StartError extends Error {
  readonly code: StartErrorCode;
  constructor(code: StartErrorCode, message: string, options?: ErrorOptions) {
    super(message.replaceAll(/\s*[\r\n]+\s*/g, ' '), options);
    this.name = 'StartError';
    this.code = code;
  }
}

/** A wrong flag or value, named in `message`. */
export function usageError(message: string): StartError {
  return new StartError('usage', message);
}

/** What the system said, without its prefix: `ENOENT: no such file or directory, open 'x'` → `no such file or directory`. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /^[A-Z][A-Z0-9]+: ([^,]+)/.exec(message)?.[1] ?? message;
}

/** Why the client's own API refuses a caller: HTTP status, word and sentence. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: ClientErrorCode;
  /** Of the answer, besides the usual ones. */
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    status: number,
    code: ClientErrorCode,
    message: string,
    { headers = {}, ...options }: ErrorOptions & { headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message, options);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** What is to survive a restart. @throws ApiError `not-kept` when it cannot be written */
export function keeping(write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new ApiError(507, 'not-kept', `It could not be kept: ${reasonOf(error)}.`, { cause: error });
  }
}
