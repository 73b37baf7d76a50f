// How long a client that ended by itself stays down: longer each time, until one has lived for a while. Pure.

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;
/** A client that lived so long had started well: what ended it is another matter. */
const PROVEN_LIFE_MS = 60_000;

/** @returns how often in a row it has failed now */
export function countFailures(before: number, livedMs: number): number {
  return livedMs >= PROVEN_LIFE_MS ? 1 : before + 1;
}

/** @param failures in a row, at least one */
export function restartDelayMs(failures: number): number {
  // Beyond 2^6 the longest holds anyway.
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures - 1, 6));
}
