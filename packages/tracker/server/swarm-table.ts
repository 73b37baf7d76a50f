// Every swarm as a row of typed arrays: 24 bytes, 12 in the index, and 24 for its two lists. Invariant: no swarm is empty.

import type { Random } from '@enjambre/runtime';
import { ChainIndex, NO_ROW } from './chain-index.ts';
import { KeyedHash } from './keyed-hash.ts';
import { COMPACT_IPV4_LENGTH, COMPACT_IPV6_LENGTH, PeerLists } from './peer-lists.ts';
import type { PeerTable } from './peer-table.ts';

// A row, in words: info hash 5 | completed 1
const ROW_WORDS = 6;
const COMPLETED_WORD = 5;
export const INFO_HASH_LENGTH = 20;
const INFO_HASH_WORDS = 5;
const HASH_KEY_LENGTH = 8;

export class SwarmTable {
  /** Its peers with IPv4 addresses, and those with IPv6. */
  readonly ipv4: PeerLists;
  readonly ipv6: PeerLists;
  readonly #words: Uint32Array;
  readonly #bytes: Uint8Array;
  readonly #index: ChainIndex;
  readonly #hash: KeyedHash;
  readonly #key = new Uint32Array(INFO_HASH_WORDS);
  readonly #keyBytes = new Uint8Array(this.#key.buffer);
  #top = 0;
  #size = 0;
  /** The first free row below `#top` plus one, each of them holds the next; 0: none. */
  #free = 0;

  /** @param capacity swarms at most: as many as peers, for none is empty */
  constructor(capacity: number, peers: PeerTable, random: Random) {
    this.ipv4 = new PeerLists(COMPACT_IPV4_LENGTH, capacity, peers, random);
    this.ipv6 = new PeerLists(COMPACT_IPV6_LENGTH, capacity, peers, random);
    this.#words = new Uint32Array(capacity * ROW_WORDS);
    this.#bytes = new Uint8Array(this.#words.buffer);
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

  /** @param infoHash 20 bytes  @returns the swarm's row, or `NO_ROW` */
  find(infoHash: Uint8Array): number {
    let swarm = this.#index.first(this.#hashOf(infoHash));
    while (swarm !== NO_ROW && !this.#hasKey(swarm)) swarm = this.#index.after(swarm);
    return swarm;
  }

  /** A swarm that is not there yet, empty: the caller puts a peer into it at once. */
  add(infoHash: Uint8Array): number {
    const swarm = this.#free === 0 ? this.#top++ : this.#free - 1;
    const word = swarm * ROW_WORDS;
    if (swarm + 1 === this.#free) this.#free = this.#words[word];
    this.#size++;
    this.#index.insert(this.#hashOf(infoHash), swarm);
    this.#words.set(this.#key, word);
    this.#words[word + COMPLETED_WORD] = 0;
    return swarm;
  }

  /** Takes a swarm away that has no peers any more. */
  remove(swarm: number): void {
    this.#index.remove(swarm);
    this.#words[swarm * ROW_WORDS] = this.#free;
    this.#free = swarm + 1;
    this.#size--;
  }

  /** A copy, 20 bytes; undefined when the row is free. */
  infoHashOf(swarm: number): Uint8Array | undefined {
    if (this.peersOf(swarm) === 0) return undefined;
    const start = swarm * ROW_WORDS * 4;
    return this.#bytes.slice(start, start + INFO_HASH_LENGTH);
  }

  /** The first two bytes of its info hash, as a number. */
  prefixOf(swarm: number): number {
    const start = swarm * ROW_WORDS * 4;
    return (this.#bytes[start] << 8) | this.#bytes[start + 1];
  }

  peersOf(swarm: number): number {
    return this.ipv4.sizeOf(swarm) + this.ipv6.sizeOf(swarm);
  }

  seedersOf(swarm: number): number {
    return this.ipv4.seedsOf(swarm) + this.ipv6.seedsOf(swarm);
  }

  /** @param compactLength of an address: 6 or 18 */
  listsFor(compactLength: number): PeerLists {
    return compactLength === COMPACT_IPV4_LENGTH ? this.ipv4 : this.ipv6;
  }

  completedOf(swarm: number): number {
    return this.#words[swarm * ROW_WORDS + COMPLETED_WORD];
  }

  setCompleted(swarm: number, completed: number): void {
    this.#words[swarm * ROW_WORDS + COMPLETED_WORD] = completed;
  }

  #hashOf(infoHash: Uint8Array): number {
    for (let at = 0; at < INFO_HASH_LENGTH; at++) this.#keyBytes[at] = infoHash[at];
    return this.#hash.of(this.#key, INFO_HASH_WORDS);
  }

  #hasKey(swarm: number): boolean {
    const word = swarm * ROW_WORDS;
    for (let at = 0; at < INFO_HASH_WORDS; at++) if (this.#words[word + at] !== this.#key[at]) return false;
    return true;
  }
}
