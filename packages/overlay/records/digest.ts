// All members summed up, so that two of them find in a few hundred bytes where what they know differs.
// Invariant: two that know the same of the members of a bucket have the same sum of it.

import { BUCKET_COUNT, type DigestEntry } from '../protocol/message.ts';

/** A member and what is known of it. */
export interface Summand extends DigestEntry {
  /** 32 bits of its id. */
  readonly idBits: number;
}

const BUCKET_SHIFT = 26;
/** Odd numbers of mixed bits (from MurmurHash3 and the golden ratio). */
const FIRST_FACTOR = 0x85ebca6b;
const SECOND_FACTOR = 0xc2b2ae35;
const THIRD_FACTOR = 0x9e3779b1;
const TWO_TO_32 = 2 ** 32;

/** The upper 6 bits of an id. */
export function bucketOf(idBits: number): number {
  return idBits >>> BUCKET_SHIFT;
}

/** For each bucket the exclusive or of its members, mixed. */
export function sumUp(members: Iterable<Summand>): number[] {
  const sums = new Uint32Array(BUCKET_COUNT);
  for (const member of members) sums[bucketOf(member.idBits)] ^= mix(member);
  return [...sums];
}

/**
 * 32 bits of id, incarnation and floor: each step adds 32 more, multiplies, and folds the upper half into the lower.
 * Another implementation must come to the same: docs/protocol.md has it in words.
 */
function mix({ idBits, incarnation, floor }: Summand): number {
  let mixed = idBits;
  mixed = fold(Math.imul(mixed ^ (incarnation % TWO_TO_32), FIRST_FACTOR));
  mixed = fold(Math.imul(mixed ^ Math.floor(incarnation / TWO_TO_32), SECOND_FACTOR));
  return fold(Math.imul(mixed ^ floor, THIRD_FACTOR)) >>> 0;
}

function fold(bits: number): number {
  return bits ^ (bits >>> 16);
}
