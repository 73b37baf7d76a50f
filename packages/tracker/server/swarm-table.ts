// Every swarm as a row of typed arrays, and the list of its peers: 44 bytes, 12 in the index, and 4 to 8 a peer in the list.
// Invariants: no swarm is empty; its list holds its peers in four sections in this order, so that whoever may be handed out to
// somebody is one stretch of the list, seen as a ring.

import type { Random } from '@enjambre/runtime';
import { ChainIndex, NO_ROW } from './chain-index.ts';
import { KeyedHash } from './keyed-hash.ts';
import type { PeerTable } from './peer-table.ts';
import { COMPLETE } from './remaining.ts';
import { SlotLists } from './slot-lists.ts';

/** The sections of a swarm's list. */
export const LEECHERS_IPV4 = 0;
export const SEEDS_IPV4 = 1;
export const SEEDS_IPV6 = 2;
export const LEECHERS_IPV6 = 3;
const SECTIONS = 4;

// A row, in words: info hash 5 | peers in each section 4 | completed 1 | list 1
const ROW_WORDS = 11;
const COUNT_WORD = 5;
const COMPLETED_WORD = 9;
const LIST_WORD = 10;
export const INFO_HASH_LENGTH = 20;
const INFO_HASH_WORDS = 5;
const HASH_KEY_LENGTH = 8;
/** A list that is this empty gives half of its room back. */
const SHRINK_SHARE = 4;

export class SwarmTable {
  readonly #words: Uint32Array;
  readonly #bytes: Uint8Array;
  readonly #index: ChainIndex;
  readonly #hash: KeyedHash;
  readonly #key = new Uint32Array(INFO_HASH_WORDS);
  readonly #keyBytes = new Uint8Array(this.#key.buffer);
  readonly #lists = new SlotLists();
  readonly #peers: PeerTable;
  #top = 0;
  #size = 0;
  /** The first free row below `#top` plus one, each of them holds the next; 0: none. */
  #free = 0;

  /** @param capacity swarms at most: as many as peers, for none is empty */
  constructor(capacity: number, peers: PeerTable, random: Random) {
    this.#words = new Uint32Array(capacity * ROW_WORDS);
    this.#bytes = new Uint8Array(this.#words.buffer);
    this.#index = new ChainIndex(capacity);
    this.#hash = new KeyedHash(random.bytes(HASH_KEY_LENGTH));
    this.#peers = peers;
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
    this.#words.fill(0, word + COUNT_WORD, word + LIST_WORD);
    this.#words[word + LIST_WORD] = this.#lists.create();
    return swarm;
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

  /** How many peers it has in that section. */
  countOf(swarm: number, section: number): number {
    return this.#words[swarm * ROW_WORDS + COUNT_WORD + section];
  }

  peersOf(swarm: number): number {
    const word = swarm * ROW_WORDS + COUNT_WORD;
    return this.#words[word] + this.#words[word + 1] + this.#words[word + 2] + this.#words[word + 3];
  }

  seedersOf(swarm: number): number {
    return this.countOf(swarm, SEEDS_IPV4) + this.countOf(swarm, SEEDS_IPV6);
  }

  completedOf(swarm: number): number {
    return this.#words[swarm * ROW_WORDS + COMPLETED_WORD];
  }

  setCompleted(swarm: number, completed: number): void {
    this.#words[swarm * ROW_WORDS + COMPLETED_WORD] = completed;
  }

  /** The array in which the swarm's peers (rows of the peer table) stand, from `listStart` on. Until the next change. */
  listWords(swarm: number): Uint32Array {
    return this.#lists.wordsOf(this.#words[swarm * ROW_WORDS + LIST_WORD]);
  }

  listStart(swarm: number): number {
    return this.#lists.startOf(this.#words[swarm * ROW_WORDS + LIST_WORD]);
  }

  /** Puts the peer into the section that its row names. */
  enlist(swarm: number, peer: number): void {
    const length = this.peersOf(swarm);
    const word = swarm * ROW_WORDS;
    const list = this.#words[word + LIST_WORD];
    if (length === this.#lists.capacityOf(list)) {
      this.#words[word + LIST_WORD] = this.#lists.resize(list, length, length + 1);
    }
    const words = this.listWords(swarm);
    const start = this.listStart(swarm);
    const section = this.#sectionOf(peer);
    // Room is made by moving the first of each later section behind its last.
    let hole = length;
    let first = length;
    for (let later = SECTIONS - 1; later > section; later--) {
      const count = this.countOf(swarm, later);
      first -= count;
      if (count === 0) continue;
      this.#place(words, start, hole, words[start + first]);
      hole = first;
    }
    this.#place(words, start, hole, peer);
    this.#words[word + COUNT_WORD + section]++;
  }

  /** Takes it out. The last one takes the swarm along. */
  strike(swarm: number, peer: number): void {
    this.#takeOut(swarm, peer);
    this.#shrink(swarm, this.peersOf(swarm));
  }

  /** Notes how much it lacks now: that may move it to another section. */
  relist(swarm: number, peer: number, remaining: number): void {
    const moves = (this.#peers.remainingOf(peer) === COMPLETE) !== (remaining === COMPLETE);
    if (moves) this.#takeOut(swarm, peer);
    this.#peers.setRemaining(peer, remaining);
    if (moves) this.enlist(swarm, peer);
  }

  #takeOut(swarm: number, peer: number): void {
    const words = this.listWords(swarm);
    const start = this.listStart(swarm);
    const section = this.#sectionOf(peer);
    let hole = this.#peers.positionOf(peer);
    let end = 0;
    for (let at = 0; at < SECTIONS; at++) {
      const count = this.countOf(swarm, at);
      end += count;
      if (at < section || count === 0) continue;
      if (end - 1 !== hole) this.#place(words, start, hole, words[start + end - 1]);
      hole = end - 1;
    }
    this.#words[swarm * ROW_WORDS + COUNT_WORD + section]--;
  }

  #shrink(swarm: number, length: number): void {
    const word = swarm * ROW_WORDS;
    const list = this.#words[word + LIST_WORD];
    if (length === 0) {
      this.#lists.release(list);
      this.#index.remove(swarm);
      this.#words[word] = this.#free;
      this.#free = swarm + 1;
      this.#size--;
      return;
    }
    const capacity = this.#lists.capacityOf(list);
    if (length * SHRINK_SHARE > capacity) return;
    this.#words[word + LIST_WORD] = this.#lists.resize(list, length, Math.floor(capacity / 2));
  }

  #place(words: Uint32Array, start: number, position: number, peer: number): void {
    words[start + position] = peer;
    this.#peers.setPosition(peer, position);
  }

  #sectionOf(peer: number): number {
    const isSeed = this.#peers.remainingOf(peer) === COMPLETE;
    if (this.#peers.isIpv6(peer)) return isSeed ? SEEDS_IPV6 : LEECHERS_IPV6;
    return isSeed ? SEEDS_IPV4 : LEECHERS_IPV4;
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
