// Connection ids of UDP clients (BEP 15): proof that a client hears at the address it speaks from. They cost no memory: an id is
// the second it was made in and a keyed hash of that and the address. Invariant: an id is good for two minutes, from its address.

import type { Random } from '@enjambre/runtime';
import { KeyedHash } from './keyed-hash.ts';

/** BEP 15: clients use an id for a minute, trackers take it for two. */
const LIFETIME_SECONDS = 120;
const KEY_LENGTH = 8;
/** The high word: the second, modulo 2^16, above 16 bits of the hash. The low word: 32 more. */
const SECOND_BITS = 16;
const SECOND_MASK = 2 ** SECOND_BITS - 1;
/** Address and second. */
const WORDS = 5;

export class ConnectionIds {
  readonly #high: KeyedHash;
  readonly #low: KeyedHash;
  readonly #words = new Uint32Array(WORDS);
  readonly #bytes = new Uint8Array(this.#words.buffer);

  constructor(random: Random) {
    this.#high = new KeyedHash(random.bytes(KEY_LENGTH));
    this.#low = new KeyedHash(random.bytes(KEY_LENGTH));
  }

  /** @param ip 4 or 16 bytes  @param now ms, monotonic  @returns both halves, unsigned */
  make(ip: Uint8Array, now: number): { high: number; low: number } {
    const second = Math.floor(now / 1000);
    this.#load(ip, second);
    return { high: this.#highOf(second), low: this.#low.of(this.#words, WORDS) };
  }

  isGood(high: number, low: number, ip: Uint8Array, now: number): boolean {
    const current = Math.floor(now / 1000);
    const age = (current - (high >>> SECOND_BITS)) & SECOND_MASK;
    if (age > LIFETIME_SECONDS) return false;
    const second = current - age;
    this.#load(ip, second);
    return this.#low.of(this.#words, WORDS) === low && this.#highOf(second) === high;
  }

  #highOf(second: number): number {
    const hash = this.#high.of(this.#words, WORDS) & SECOND_MASK;
    return (((second & SECOND_MASK) << SECOND_BITS) | hash) >>> 0;
  }

  #load(ip: Uint8Array, second: number): void {
    this.#words[1] = 0;
    this.#words[2] = 0;
    this.#words[3] = 0;
    for (let at = 0; at < ip.length; at++) this.#bytes[at] = ip[at];
    this.#words[WORDS - 1] = second;
  }
}
