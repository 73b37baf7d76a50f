// Every peer of every swarm as a row of typed arrays: 42 bytes, and 12 in the index. Its address stands in its swarm's list
// (`peer-lists.ts`), beside those it is handed out with. Invariant: a row keeps its number as long as its peer is there. Memory is
// reserved for all rows at the start and used only as rows are: the system gives it when it is first written to.

import { ChainIndex } from './chain-index.ts';

// A row, in words: peer id 5 | heard 1 | swarm 1 | position 1
const ROW_WORDS = 8;
const ROW_BYTES = ROW_WORDS * 4;
const HEARD_WORD = 5;
const SWARM_WORD = 6;
const POSITION_WORD = 7;
export const PEER_ID_LENGTH = 20;
const PEER_ID_WORDS = PEER_ID_LENGTH / 4;
const FREE = 0;
const IPV4 = 1;
const IPV6 = 2;

export class PeerTable {
  readonly #words: Uint32Array;
  readonly #bytes: Uint8Array;
  readonly #kinds: Uint8Array;
  readonly #remaining: Uint8Array;
  readonly #stamps: Float64Array;
  readonly #index: ChainIndex;
  #top = 0;
  #size = 0;
  /** The first free row below `#top` plus one, each of them holds the next; 0: none. */
  #free = 0;

  /** @param capacity peers at most */
  constructor(capacity: number) {
    this.#words = new Uint32Array(capacity * ROW_WORDS);
    this.#bytes = new Uint8Array(this.#words.buffer);
    this.#kinds = new Uint8Array(capacity);
    this.#remaining = new Uint8Array(capacity);
    this.#stamps = new Float64Array(capacity);
    this.#index = new ChainIndex(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** Rows are numbered below this; some of them may be free. */
  get top(): number {
    return this.#top;
  }

  /** The first row that was added with this hash, or `NO_ROW`. Whether it is the one that is sought its address tells. */
  first(hash: number): number {
    return this.#index.first(hash);
  }

  /** The next row with the hash of `row`, or `NO_ROW`. */
  after(row: number): number {
    return this.#index.after(row);
  }

  /** A row for a peer that has none; the caller sees to it that there is room. @param hash of swarm and address */
  add(hash: number, swarm: number, isIpv6: boolean): number {
    const row = this.#free === 0 ? this.#top++ : this.#free - 1;
    const word = row * ROW_WORDS;
    if (row + 1 === this.#free) this.#free = this.#words[word];
    this.#size++;
    this.#index.insert(hash, row);
    this.#words[word + SWARM_WORD] = swarm;
    this.#kinds[row] = isIpv6 ? IPV6 : IPV4;
    return row;
  }

  remove(row: number): void {
    this.#index.remove(row);
    this.#kinds[row] = FREE;
    this.#words[row * ROW_WORDS] = this.#free;
    this.#free = row + 1;
    this.#size--;
  }

  isUsed(row: number): boolean {
    return this.#kinds[row] !== FREE;
  }

  isIpv6(row: number): boolean {
    return this.#kinds[row] === IPV6;
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
    return this.#remaining[row];
  }

  setRemaining(row: number, remaining: number): void {
    this.#remaining[row] = remaining;
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
    const start = row * ROW_BYTES;
    // What tells two clients apart stands at the end.
    for (let at = PEER_ID_LENGTH - 1; at >= 0; at--) if (this.#bytes[start + at] !== peerId[at]) return false;
    return true;
  }

  /** Whether both have the same peer id. */
  isSameClient(one: number, other: number): boolean {
    const a = one * ROW_WORDS;
    const b = other * ROW_WORDS;
    const words = this.#words;
    for (let at = PEER_ID_WORDS - 1; at >= 0; at--) if (words[a + at] !== words[b + at]) return false;
    return true;
  }

  setPeerId(row: number, peerId: Uint8Array): void {
    const start = row * ROW_BYTES;
    for (let at = 0; at < PEER_ID_LENGTH; at++) this.#bytes[start + at] = peerId[at];
  }

  /** A copy: 20 bytes. */
  peerIdOf(row: number): Uint8Array {
    const start = row * ROW_BYTES;
    return this.#bytes.slice(start, start + PEER_ID_LENGTH);
  }
}
