// How much a peer lacks, in a byte: what orders peers by completeness without knowing how large their torrent is.
// Invariant: of two numbers of bytes the larger one has no smaller value.

/** Nothing is left to fetch. */
export const COMPLETE = 0;
/** It did not say: a leecher like any other, and handed out last. */
export const UNKNOWN_REMAINING = 255;
/** Quarters of a doubling: 2^63 bytes are 253. */
const STEPS_PER_DOUBLING = 4;

/** @param leftBytes as announced; undefined when it was not */
export function remainingOf(leftBytes: number | undefined): number {
  if (leftBytes === undefined) return UNKNOWN_REMAINING;
  if (leftBytes === 0) return COMPLETE;
  return Math.min(1 + Math.floor(STEPS_PER_DOUBLING * Math.log2(leftBytes)), UNKNOWN_REMAINING - 1);
}
