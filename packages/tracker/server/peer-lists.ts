// The peers of every swarm that have addresses of one family: 12 bytes a swarm, and in its list 4 bytes and the address for each.
// Invariants: a list holds its leechers first, then its seeds, without a gap, so that whoever may be handed out together is one
// stretch of it; an address (IP and port) is in a swarm once.

import type { Random } from '@enjambre/runtime';
import { NO_ROW } from './chain-index.ts';
import { KeyedHash } from './keyed-hash.ts';
import type { PeerTable } from './peer-table.ts';
import { COMPLETE } from './remaining.ts';
import { NO_PAGE, SlotLists, type SlotPage } from './slot-lists.ts';

export const COMPACT_IPV4_LENGTH = 6;
export const COMPACT_IPV6_LENGTH = 18;

// A row, in words: list plus one (0: none) | leechers | seeds
const ROW_WORDS = 3;
const LEECHERS_WORD = 1;
const SEEDS_WORD = 2;
const HASH_KEY_LENGTH = 8;
/** A list that is this empty gives half of its room back. */
const SHRINK_SHARE = 4;

export class PeerLists {
  /** 6 or 18: bytes of an address and its port. */
  readonly width: number;
  readonly #rows: Uint32Array;
  readonly #slots: SlotLists;
  readonly #peers: PeerTable;
  readonly #hash: KeyedHash;
  /** The address, rounded up to words, and the swarm. */
  readonly #key: Uint32Array;
  readonly #keyBytes: Uint8Array;

  /** @param capacity swarms at most */
  constructor(width: number, capacity: number, peers: PeerTable, random: Random) {
    this.width = width;
    this.#rows = new Uint32Array(capacity * ROW_WORDS);
    this.#slots = new SlotLists(width);
    this.#peers = peers;
    this.#hash = new KeyedHash(random.bytes(HASH_KEY_LENGTH));
    this.#key = new Uint32Array(Math.ceil(width / 4) + 1);
    this.#keyBytes = new Uint8Array(this.#key.buffer);
  }

  leechersOf(swarm: number): number {
    return this.#rows[swarm * ROW_WORDS + LEECHERS_WORD];
  }

  seedsOf(swarm: number): number {
    return this.#rows[swarm * ROW_WORDS + SEEDS_WORD];
  }

  sizeOf(swarm: number): number {
    return this.leechersOf(swarm) + this.seedsOf(swarm);
  }

  /** Where the swarm's peers stand, from `startOf` on. Until the next change. */
  pageOf(swarm: number): SlotPage {
    const list = this.#rows[swarm * ROW_WORDS];
    return list === 0 ? NO_PAGE : this.#slots.pageOf(list - 1);
  }

  startOf(swarm: number): number {
    const list = this.#rows[swarm * ROW_WORDS];
    return list === 0 ? 0 : this.#slots.startOf(list - 1);
  }

  /** A view of the swarm's list of rows, until the next change. */
  rowsOf(swarm: number): Uint32Array {
    const start = this.startOf(swarm);
    return this.pageOf(swarm).rows.subarray(start, start + this.sizeOf(swarm));
  }

  /** The row of the peer with this address, or `NO_ROW`. @param compact `width` bytes */
  find(swarm: number, compact: Uint8Array): number {
    const { addresses } = this.pageOf(swarm);
    const start = this.startOf(swarm);
    const { width } = this;
    const peers = this.#peers;
    let row = peers.first(this.#hashOf(swarm, compact));
    for (; row !== NO_ROW; row = peers.after(row)) {
      // Rows of the other family have hashes under another key, and may still be met.
      if (peers.swarmOf(row) !== swarm || peers.isIpv6(row) !== (width === COMPACT_IPV6_LENGTH)) continue;
      const from = (start + peers.positionOf(row)) * width;
      let at = 0;
      while (at < width && addresses[from + at] === compact[at]) at++;
      if (at === width) break;
    }
    return row;
  }

  /** A row for a peer that has none, in the list. @param compact `width` bytes  @param remaining as `remaining.ts` has it */
  add(swarm: number, compact: Uint8Array, remaining: number): number {
    const peer = this.#peers.add(this.#hashOf(swarm, compact), swarm, this.width === COMPACT_IPV6_LENGTH);
    this.#peers.setRemaining(peer, remaining);
    this.#enlist(swarm, peer, compact);
    return peer;
  }

  /** Takes the peer and its row away. */
  remove(swarm: number, peer: number): void {
    this.#strike(swarm, peer);
    this.#peers.remove(peer);
    const word = swarm * ROW_WORDS;
    const list = this.#rows[word] - 1;
    const length = this.sizeOf(swarm);
    const capacity = this.#slots.capacityOf(list);
    if (length === 0) {
      this.#slots.release(list);
      this.#rows[word] = 0;
    } else if (length * SHRINK_SHARE <= capacity) {
      this.#rows[word] = 1 + this.#slots.resize(list, length, Math.floor(capacity / 2));
    }
  }

  /** Notes how much it lacks now: that may make a leecher a seed. */
  setRemaining(swarm: number, peer: number, remaining: number): void {
    const moves = (this.#peers.remainingOf(peer) === COMPLETE) !== (remaining === COMPLETE);
    const compact = moves ? this.compactOf(peer) : undefined;
    if (moves) this.#strike(swarm, peer);
    this.#peers.setRemaining(peer, remaining);
    if (compact !== undefined) this.#enlist(swarm, peer, compact);
  }

  /** A copy: `width` bytes. */
  compactOf(peer: number): Uint8Array {
    const swarm = this.#peers.swarmOf(peer);
    const from = (this.startOf(swarm) + this.#peers.positionOf(peer)) * this.width;
    return this.pageOf(swarm).addresses.slice(from, from + this.width);
  }

  #enlist(swarm: number, peer: number, compact: Uint8Array): void {
    const word = swarm * ROW_WORDS;
    const length = this.sizeOf(swarm);
    const list = this.#rows[word] - 1;
    if (list < 0) this.#rows[word] = 1 + this.#slots.create();
    else if (length === this.#slots.capacityOf(list)) {
      this.#rows[word] = 1 + this.#slots.resize(list, length, length + 1);
    }
    const page = this.pageOf(swarm);
    const start = this.startOf(swarm);
    let position = length;
    if (this.#peers.remainingOf(peer) === COMPLETE) this.#rows[word + SEEDS_WORD]++;
    else {
      // The first seed makes room.
      position = this.#rows[word + LEECHERS_WORD]++;
      if (position < length) this.#move(page, start, position, length);
    }
    page.rows[start + position] = peer;
    const into = (start + position) * this.width;
    for (let at = 0; at < this.width; at++) page.addresses[into + at] = compact[at];
    this.#peers.setPosition(peer, position);
  }

  /** Closes the gap that it leaves with the last of its own kind, and the one that this leaves with the last seed. */
  #strike(swarm: number, peer: number): void {
    const word = swarm * ROW_WORDS;
    const page = this.pageOf(swarm);
    const start = this.startOf(swarm);
    const last = this.sizeOf(swarm) - 1;
    let gap = this.#peers.positionOf(peer);
    if (this.#peers.remainingOf(peer) === COMPLETE) this.#rows[word + SEEDS_WORD]--;
    else {
      const lastLeecher = --this.#rows[word + LEECHERS_WORD];
      if (lastLeecher !== gap) this.#move(page, start, lastLeecher, gap);
      gap = lastLeecher;
    }
    if (last !== gap) this.#move(page, start, last, gap);
  }

  #move({ rows, addresses }: SlotPage, start: number, from: number, to: number): void {
    const peer = rows[start + from];
    rows[start + to] = peer;
    const source = (start + from) * this.width;
    addresses.copyWithin((start + to) * this.width, source, source + this.width);
    this.#peers.setPosition(peer, to);
  }

  #hashOf(swarm: number, compact: Uint8Array): number {
    const last = this.#key.length - 1;
    for (let at = 0; at < this.width; at++) this.#keyBytes[at] = compact[at];
    this.#key[last] = swarm;
    return this.#hash.of(this.#key, last + 1);
  }
}
