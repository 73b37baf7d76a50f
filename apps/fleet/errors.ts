// Why the backend refuses: a request (with the answer that the caller gets), or to start at all.

import { type FleetErrorCode, fleetErrorStatuses } from '@enjambre/contract';

/** A refusal; `message` is a sentence for the caller. */
export class FleetError extends Error {
  readonly code: FleetErrorCode;
  /** The field of the request that is wrong. */
  readonly field: string | undefined;
  constructor(code: FleetErrorCode, message: string, { field, ...options }: ErrorOptions & { field?: string } = {}) {
    super(message, options);
    this.name = 'FleetError';
    this.code = code;
    this.field = field;
  }

  /** Of the HTTP answer. */
  get status(): number {
    return fleetErrorStatuses[this.code];
  }
}

/** A field of a request that cannot be taken as it is. The sentence begins with its name. */
export function invalidField(field: string, sentence: string): FleetError {
  return new FleetError('invalid-request', `${field}: ${sentence}`, { field });
}

/** Of what the disk of --data-dir does not take. */
export function notKept(cause: unknown): FleetError {
  return new FleetError('not-kept', `--data-dir cannot be written: ${reasonOf(cause)}.`, { cause });
}

/** Of one that is removed but for what the disk does not let go. */
export function dataKept(name: string, cause: unknown): FleetError {
  const { path } = cause as NodeJS.ErrnoException;
  const what = path === undefined ? reasonOf(cause) : `${path}: ${reasonOf(cause)}`;
  return new FleetError('data-kept', `${name} is removed, but not all of its data: ${what}.`, { cause });
}

/** Of whoever was starting it. */
export function removedMeanwhile(name: string): FleetError {
  return new FleetError('removed-meanwhile', `${name} was removed before it had started.`);
}

/** Why the backend does not start: one line for people, exit code 2. */
export class StartError extends Error {
  readonly code:
    | 'data-folder'
    | 'driver-unreachable'
    | 'database-newer'
    | 'database-damaged'
    | 'database-busy'
    | 'port-taken'
    | 'cannot-listen';
  constructor(code: StartError['code'], message: string, options?: ErrorOptions) {
    super(message.replaceAll(/\s*[\r\n]+\s*/g, ' '), options);
    this.name = 'StartError';
    this.code = code;
  }
}

/** What the system said, without its prefix: `ENOENT: no such file or directory, open 'x'` → `no such file or directory`. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /^[A-Z][A-Z0-9]+: ([^,]+)/.exec(message)?.[1] ?? message;
}
