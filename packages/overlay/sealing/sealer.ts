// Seals what one session sends. Invariant: no two messages under one key have the same nonce: the session is 12 bytes of
// chance made here, its key is derived from it, and the counter only goes up.

import { createCipheriv, type KeyObject } from 'node:crypto';
import type { Clock, Random } from '@enjambre/runtime';
import type { KeyRing } from './key-ring.ts';
import {
  CIPHER,
  COUNTER_LENGTH,
  COUNTER_START,
  HEAD_LENGTH,
  nonceOf,
  SEAL_OVERHEAD,
  SEAL_VERSION,
  SESSION_LENGTH,
  SESSION_START,
  sessionKey,
  TIME_START,
} from './sealed-layout.ts';

export class Sealer {
  readonly session: Uint8Array;
  readonly #key: KeyObject;
  readonly #clock: Clock;
  #counter = 0;

  constructor(keyRing: KeyRing, clock: Clock, random: Random) {
    this.session = random.bytes(SESSION_LENGTH);
    this.#key = sessionKey(keyRing.keys[0], this.session);
    this.#clock = clock;
  }

  /** @returns a copy, `SEAL_OVERHEAD` bytes longer */
  seal(plain: Uint8Array): Buffer {
    const sealed = Buffer.allocUnsafe(plain.length + SEAL_OVERHEAD);
    sealed[0] = SEAL_VERSION;
    sealed.set(this.session, SESSION_START);
    sealed.writeUInt32BE(Math.floor(this.#clock.wallTime() / 1000), TIME_START);
    sealed.writeUIntBE(this.#counter++, COUNTER_START, COUNTER_LENGTH);
    const cipher = createCipheriv(CIPHER, this.#key, nonceOf(sealed));
    cipher.setAAD(sealed.subarray(0, HEAD_LENGTH));
    sealed.set(cipher.update(plain), HEAD_LENGTH);
    cipher.final();
    sealed.set(cipher.getAuthTag(), HEAD_LENGTH + plain.length);
    return sealed;
  }
}
