// What trackers of a set have in common, piece by piece: peers, deletions and counts of downloads, each with a key and a
// stamp. Invariant: of two entries with one key everybody prefers the same, in whatever order and however often they come.

export interface Entry {
  /** 20 bytes. */
  readonly infoHash: Uint8Array;
  /** A compact address, 6 or 18 bytes; of downloads the id of the tracker that counted them, 8 bytes. */
  readonly key: Uint8Array;
  /** Below 256 a peer that is there and how much it lacks (as `remaining.ts` says), else `GONE` or `DOWNLOADS`. */
  readonly state: number;
  /** When it was said, by the hybrid clock; of downloads how many: it only grows. */
  readonly stamp: number;
  /** 20 bytes; empty unless it is a peer. */
  readonly peerId: Uint8Array;
}

export const GONE = 256;
export const DOWNLOADS = 257;
export const INFO_HASH_LENGTH = 20;
export const PEER_ID_LENGTH = 20;
export const TRACKER_ID_LENGTH = 8;
export const ADDRESS_LENGTHS: readonly number[] = [6, 18];
export const NO_BYTES = new Uint8Array(0);

/** Whether it is about somebody who is there. */
export function isPeer({ state }: Pick<Entry, 'state'>): boolean {
  return state < GONE;
}

/** True when `one` replaces `other`, which has the same key. At the same stamp a deletion wins. */
export function replaces(one: Entry, other: Entry): boolean {
  if (one.stamp !== other.stamp) return one.stamp > other.stamp;
  if (one.state !== other.state) return one.state > other.state;
  return Buffer.compare(one.peerId, other.peerId) > 0;
}

/** Bytes as a key of a `Map`, one a character. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

/** What an entry is about, as a key of a `Map`. */
export function nameOf({ infoHash, key }: Pick<Entry, 'infoHash' | 'key'>): string {
  return textOf(infoHash) + textOf(key);
}
