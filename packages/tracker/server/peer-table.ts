// Every peer of every swarm as a row of typed arrays: 60 bytes, and 12 in the index. Invariants: a row keeps its number as long as
// its peer is there; an address (IP and port) is in a swarm once. Memory is reserved for all rows at the start and used only
// as rows are: the system gives it when it is first written to.

import type { Random } from '@enjambre/runtime';
import { ChainIndex, NO_ROW } from './chain-index.ts';
import { KeyedHash } from './keyed-hash.ts';

// A row, in bytes: compact address 18 (IPv4: 6 and zeros) | flags 1 | remaining 1 | peer id 20 | heard 4 | swarm 4 | position 4
const ROW_WORDS = 13;
const ROW_BYTES = ROW_WORDS * 4;
const FLAGS_BYTE = 18;
const REMAINING_BYTE = 19;
const PEER_ID_BYTE = 20;
const PEER_ID_WORD = PEER_ID_BYTE / 4;
const HEARD_WORD = 10;
const SWARM_WORD = 11;
const POSITION_WORD = 12;
/** What of it means the same in another process: what `copyRow` copies. */
export const PORTABLE_ROW_BYTES = HEARD_WORD * 4;
export const COMPACT_IPV4_LENGTH = 6;
export const COMPACT_IPV6_LENGTH = 18;
export const PEER_ID_LENGTH = 20;
const IPV6_FLAG = 1;
const USED_FLAG = 2;
const HASH_KEY_LENGTH = 8;
/** Address and port, rounded up to words, and the swarm. */
const KEY_WORDS = 6;

export class PeerTable {
  readonly #bytes: Uint8Array;
  readonly #words: Uint32Array;
  readonly #stamps: Float64Array;
  readonly #index: ChainIndex;
  readonly #hash: KeyedHash;
  readonly #key = new Uint32Array(KEY_WORDS);
  readonly #keyBytes = new Uint8Array(this.#key.buffer);
  #top = 0;
  #size = 0;
  /** The first free row below `#top` plus one, each of them holds the next; 0: none. */
  #free = 0;

  /** @param capacity peers at most */
  constructor(capacity: number, random: Random) {
    this.#words = new Uint32Array(capacity * ROW_WORDS);
    this.#bytes = new Uint8Array(this.#words.buffer);
    this.#stamps = new Float64Array(capacity);
    this.#index = new ChainIndex(capacity);
    this.#hash = new KeyedHash(random.bytes(HASH_KEY_LENGTH));
  }

  get size(): number {
    return this.#size;
  }

  /** Rows are numbered below this; some of them may be free. */
  get top(): number {
    return this.#top;
  }

  /** @param compact 6 or 18 bytes  @returns the row, or `NO_ROW` */
  find(swarm: number, compact: Uint8Array): number {
    let row = this.#index.first(this.#hashOf(swarm, compact));
    while (row !== NO_ROW && !this.#hasKey(row)) row = this.#index.after(row);
    return row;
  }

  /** A row for a peer that has none; the caller sees to it that there is room. */
  add(swarm: number, compact: Uint8Array): number {
    const row = this.#free === 0 ? this.#top++ : this.#free - 1;
    if (row + 1 === this.#free) this.#free = this.#words[row * ROW_WORDS];
    this.#size++;
    this.#index.insert(this.#hashOf(swarm, compact), row);
    const word = row * ROW_WORDS;
    for (let at = 0; at < KEY_WORDS - 1; at++) this.#words[word + at] = this.#key[at];
    this.#words[word + SWARM_WORD] = swarm;
    this.#bytes[row * ROW_BYTES + FLAGS_BYTE] = USED_FLAG | (compact.length === COMPACT_IPV6_LENGTH ? IPV6_FLAG : 0);
    return row;
  }

  remove(row: number): void {
    this.#index.remove(row);
    this.#bytes[row * ROW_BYTES + FLAGS_BYTE] = 0;
    this.#words[row * ROW_WORDS] = this.#free;
    this.#free = row + 1;
    this.#size--;
  }

  isUsed(row: number): boolean {
    return this.#bytes[row * ROW_BYTES + FLAGS_BYTE] !== 0;
  }

  isIpv6(row: number): boolean {
    return (this.#bytes[row * ROW_BYTES + FLAGS_BYTE] & IPV6_FLAG) !== 0;
  }

  swarmOf(row: number): number {
    return this.#words[row * ROW_WORDS + SWARM_WORD];
  }

  /** Where it stands in its swarm's list. */
  positionOf(row: number): number {
    return this.#words[row * ROW_WORDS + POSITION_WORD];
  }

  setPosition(row: number, position: number): void {
    this.#words[row * ROW_WORDS + POSITION_WORD] = position;
  }

  /** How much it lacks, on the scale of `remaining.ts`. */
  remainingOf(row: number): number {
    return this.#bytes[row * ROW_BYTES + REMAINING_BYTE];
  }

  setRemaining(row: number, remaining: number): void {
    this.#bytes[row * ROW_BYTES + REMAINING_BYTE] = remaining;
  }

  stampOf(row: number): number {
    return this.#stamps[row];
  }

  setStamp(row: number, stamp: number): void {
    this.#stamps[row] = stamp;
  }

  /** How long it has been silent. @param now ms, as given to `hear` */
  silenceOf(row: number, now: number): number {
    // Modulo 2^32 ms, 49 days: nobody stays that long in silence.
    return (Math.floor(now) - this.#words[row * ROW_WORDS + HEARD_WORD]) >>> 0;
  }

  hear(row: number, now: number): void {
    this.#words[row * ROW_WORDS + HEARD_WORD] = Math.floor(now) >>> 0;
  }

  hasPeerId(row: number, peerId: Uint8Array): boolean {
    const start = row * ROW_BYTES + PEER_ID_BYTE;
    // What tells two clients apart stands at the end.
    for (let at = PEER_ID_LENGTH - 1; at >= 0; at--) if (this.#bytes[start + at] !== peerId[at]) return false;
    return true;
  }

  /** Whether both have the same peer id. */
  isSameClient(one: number, other: number): boolean {
    const a = one * ROW_WORDS + PEER_ID_WORD;
    const b = other * ROW_WORDS + PEER_ID_WORD;
    const words = this.#words;
    for (let at = PEER_ID_LENGTH / 4 - 1; at >= 0; at--) if (words[a + at] !== words[b + at]) return false;
    return true;
  }

  setPeerId(row: number, peerId: Uint8Array): void {
    const start = row * ROW_BYTES + PEER_ID_BYTE;
    for (let at = 0; at < PEER_ID_LENGTH; at++) this.#bytes[start + at] = peerId[at];
  }

  /** A copy: 20 bytes. */
  peerIdOf(row: number): Uint8Array {
    const start = row * ROW_BYTES + PEER_ID_BYTE;
    return this.#bytes.slice(start, start + PEER_ID_LENGTH);
  }

  /** A copy: 6 or 18 bytes. */
  compactOf(row: number): Uint8Array {
    const start = row * ROW_BYTES;
    return this.#bytes.slice(start, start + (this.isIpv6(row) ? COMPACT_IPV6_LENGTH : COMPACT_IPV4_LENGTH));
  }

  /** Writes its address as compact answers have it. @returns where the next one goes */
  copyCompact(row: number, into: Uint8Array, at: number): number {
    const start = row * ROW_BYTES;
    const length = this.isIpv6(row) ? COMPACT_IPV6_LENGTH : COMPACT_IPV4_LENGTH;
    for (let byte = 0; byte < length; byte++) into[at + byte] = this.#bytes[start + byte];
    return at + length;
  }

  /** Writes what describes the peer, 40 bytes: address 18, flags (bit 0: IPv6), remaining, peer id 20. */
  copyRow(row: number, into: Uint8Array, at: number): void {
    const start = row * ROW_BYTES;
    into.set(this.#bytes.subarray(start, start + PORTABLE_ROW_BYTES), at);
  }

  #hashOf(swarm: number, compact: Uint8Array): number {
    this.#key[1] = 0;
    this.#key[2] = 0;
    this.#key[3] = 0;
    this.#key[4] = 0;
    for (let at = 0; at < compact.length; at++) this.#keyBytes[at] = compact[at];
    this.#key[KEY_WORDS - 1] = swarm;
    return this.#hash.of(this.#key, KEY_WORDS);
  }

  /** Whether the row has the key that `#hashOf` was asked for last. */
  #hasKey(row: number): boolean {
    const word = row * ROW_WORDS;
    const words = this.#words;
    const key = this.#key;
    return (
      words[word] === key[0] &&
      words[word + 1] === key[1] &&
      words[word + 2] === key[2] &&
      words[word + 3] === key[3] &&
      // Behind the port stand flags and remaining.
      ((words[word + 4] ^ key[4]) & PORT_MASK) === 0 &&
      words[word + SWARM_WORD] === key[KEY_WORDS - 1]
    );
  }
}

/** The two bytes of a word that come first in memory. */
const PORT_MASK = new Uint32Array(Uint8Array.of(0xff, 0xff, 0, 0).buffer)[0];
