// What a tracker holds, as sums that two of them can compare: 65,536 leaves by the first two bytes of the info hash, 256 of
// them a branch. A leaf's sum is the exclusive or of the hashes of its entries, so a change costs two steps.
// Invariant: equal entries give equal sums, in whatever order they came.

import type { Entry } from './entry.ts';

export const BRANCHES = 256;
export const LEAVES_OF_BRANCH = 256;
const LEAVES = BRANCHES * LEAVES_OF_BRANCH;
/** Slices of a leaf, by key: in a huge swarm something always differs, and for that not all of it must be listed. */
export const SLICES = 256;
const WORD = 2 ** 32;

/** The leaf in which a swarm stands. */
export function leafOf(infoHash: Uint8Array): number {
  return infoHash[0] * LEAVES_OF_BRANCH + infoHash[1];
}

/** The slice of its leaf in which a key stands. */
export function sliceOf(key: Uint8Array): number {
  return hashBytes(0, key) >>> 24;
}

/** 32 bits. */
export function hashOfEntry({ infoHash, key, state, stamp, peerId }: Entry): number {
  const hash = mix(hashBytes(hashBytes(hashBytes(0, infoHash), key), peerId), state);
  return mix(mix(hash, Math.floor(stamp / WORD)), stamp % WORD);
}

export class HashTree {
  readonly #leaves = new Uint32Array(LEAVES);
  readonly #branches = new Uint32Array(BRANCHES);
  /** Branches that have to be summed up again. */
  readonly #changed = new Set(Array.from({ length: BRANCHES }, (_, branch) => branch));

  /** Adds an entry, or takes away one that was added. */
  toggle(entry: Entry): void {
    this.#leaves[leafOf(entry.infoHash)] ^= hashOfEntry(entry);
    this.#changed.add(entry.infoHash[0]);
  }

  /** Sums of all branches, each over its leaves in order; a copy. */
  branches(): Uint32Array {
    for (const branch of this.#changed) {
      let sum = 0;
      for (const leaf of this.leavesOf(branch)) sum = mix(sum, leaf);
      this.#branches[branch] = sum;
    }
    this.#changed.clear();
    return this.#branches.slice();
  }

  /** Sums of a branch's leaves, a view. */
  leavesOf(branch: number): Uint32Array {
    return this.#leaves.subarray(branch * LEAVES_OF_BRANCH, (branch + 1) * LEAVES_OF_BRANCH);
  }
}

/** Two bytes at a time; all that is hashed has an even length. */
function hashBytes(start: number, bytes: Uint8Array): number {
  let hash = start;
  for (let at = 0; at < bytes.length; at += 2) hash = mix(hash, (bytes[at] << 8) | bytes[at + 1]);
  return hash;
}

/** Multiply, and bring the high bits down. */
function mix(hash: number, word: number): number {
  const product = Math.imul(hash ^ word ^ 0x5bd1e995, 0x9e3779b1);
  return (product ^ (product >>> 15)) >>> 0;
}
