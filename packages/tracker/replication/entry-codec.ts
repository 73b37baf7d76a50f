// Entries ⇄ bytes. Invariant: what does not decode as a whole is nothing at all; decoded entries are views of its bytes.

import {
  ADDRESS_LENGTHS,
  DOWNLOADS,
  type Entry,
  GONE,
  INFO_HASH_LENGTH,
  isPeer,
  NO_BYTES,
  PEER_ID_LENGTH,
  TRACKER_ID_LENGTH,
} from './entry.ts';

// An entry: tag 1 | info hash 20, unless it is that of the entry before | remaining 1, of peers | key | stamp 8 | peer id 20,
// of peers. The tag: what it is in bits 0 and 1, bit 2 an IPv6 address, bit 7 the info hash of the entry before.
const PEER_TAG = 0;
const GONE_TAG = 1;
const DOWNLOADS_TAG = 2;
const WHAT_BITS = 0x03;
const IPV6_BIT = 0x04;
const SAME_SWARM_BIT = 0x80;
const STAMP_LENGTH = 8;
const WORD_LENGTH = 4;
const WORD = 2 ** 32;
const [IPV4_LENGTH, IPV6_LENGTH] = ADDRESS_LENGTHS;
export const MOST_ENTRY_LENGTH = 1 + INFO_HASH_LENGTH + 1 + IPV6_LENGTH + STAMP_LENGTH + PEER_ID_LENGTH;

/** Bytes of entries as they come together. */
export class EntryWriter {
  readonly #bytes: Buffer;
  #length = 0;
  #count = 0;
  #swarm: Uint8Array = NO_BYTES;

  /** @param capacity bytes */
  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  /** Entries in it. */
  get count(): number {
    return this.#count;
  }

  get length(): number {
    return this.#length;
  }

  /** Whether any entry still fits. */
  get hasRoom(): boolean {
    return this.#bytes.length - this.#length >= MOST_ENTRY_LENGTH;
  }

  add(entry: Entry): void {
    const { infoHash, key, state, stamp } = entry;
    const isSame = Buffer.compare(infoHash, this.#swarm) === 0;
    const what = isPeer(entry) ? PEER_TAG : state === GONE ? GONE_TAG : DOWNLOADS_TAG;
    this.#byte(what | (key.length === IPV6_LENGTH ? IPV6_BIT : 0) | (isSame ? SAME_SWARM_BIT : 0));
    if (!isSame) {
      this.#swarm = this.#bytes.subarray(this.#length, this.#length + INFO_HASH_LENGTH);
      this.#put(infoHash);
    }
    if (what === PEER_TAG) this.#byte(state);
    this.#put(key);
    this.#length = this.#bytes.writeUInt32BE(Math.floor(stamp / WORD), this.#length);
    this.#length = this.#bytes.writeUInt32BE(stamp % WORD, this.#length);
    if (what === PEER_TAG) this.#put(entry.peerId);
    this.#count++;
  }

  /** What was written, a copy; it begins anew. */
  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    this.#count = 0;
    this.#swarm = NO_BYTES;
    return taken;
  }

  #byte(value: number): void {
    this.#bytes[this.#length++] = value;
  }

  #put(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }
}

/** @returns undefined when these are not the bytes of whole entries, or one stands before any info hash */
export function decodeEntries(bytes: Buffer): Entry[] | undefined {
  const entries: Entry[] = [];
  let infoHash: Uint8Array = NO_BYTES;
  let at = 0;
  const take = (length: number): Uint8Array => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = bytes[at++];
    const what = tag & WHAT_BITS;
    if (what > DOWNLOADS_TAG || (tag & ~(WHAT_BITS | IPV6_BIT | SAME_SWARM_BIT)) !== 0) return undefined;
    if ((tag & SAME_SWARM_BIT) === 0) infoHash = take(INFO_HASH_LENGTH);
    if (infoHash.length !== INFO_HASH_LENGTH) return undefined;
    const state = what === PEER_TAG ? bytes[at++] : what === GONE_TAG ? GONE : DOWNLOADS;
    const addressLength = (tag & IPV6_BIT) === 0 ? IPV4_LENGTH : IPV6_LENGTH;
    const key = take(what === DOWNLOADS_TAG ? TRACKER_ID_LENGTH : addressLength);
    if (at + STAMP_LENGTH > bytes.length) return undefined;
    const stamp = bytes.readUInt32BE(at) * WORD + bytes.readUInt32BE(at + WORD_LENGTH);
    at += STAMP_LENGTH;
    const peerId = what === PEER_TAG ? take(PEER_ID_LENGTH) : NO_BYTES;
    if (at > bytes.length || !Number.isSafeInteger(stamp)) return undefined;
    entries.push({ infoHash, key, state, stamp, peerId });
  }
  return entries;
}
