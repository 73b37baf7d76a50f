// The system's errors of a connection, in words for people.

import type { TrackerError } from '../errors.ts';

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name could not be resolved now',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ETIMEDOUT: 'timed out: no connection',
};

/** What a resolver says of a name that has no address, or none of the family that was asked for. */
const NO_ADDRESS = new Set([
  'ENOTFOUND',
  'ENODATA',
  'EAI_ADDRFAMILY',
  'EAI_NODATA',
  'EAI_NONAME',
  'ERR_INVALID_IP_ADDRESS',
]);

/** What the system says at once, with nothing sent. */
const OFFLINE = new Set(['EAI_AGAIN', 'ENETUNREACH', 'ENETDOWN', 'EHOSTUNREACH', 'EADDRNOTAVAIL']);

export function noAddress(): TrackerError {
  return { code: 'no-address', message: WORDS.ENOTFOUND };
}

/** What a name that could not be resolved, or a connection that could not be made, is called. */
export function systemFailure(error: unknown): TrackerError {
  const isNameless = NO_ADDRESS.has((error as NodeJS.ErrnoException).code ?? '');
  return isNameless ? noAddress() : unreachable(error);
}

/** A connection that was refused or lost, or could not be tried. */
export function unreachable(error: unknown): TrackerError {
  const isOffline = OFFLINE.has((error as NodeJS.ErrnoException).code ?? '');
  return { code: 'unreachable', message: wordsOf(error), ...(isOffline && { isOffline }) };
}

export function wordsOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code !== undefined && WORDS[code]) || message || code || 'failed';
}
