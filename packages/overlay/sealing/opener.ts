// Opens what others sealed. Invariant: what comes out was sealed with one of our keys, within the time window, and never
// came out before; of everything else no trace is left but a count.

import { createDecipheriv, type KeyObject } from 'node:crypto';
import type { Clock } from '@enjambre/runtime';
import type { KeyRing } from './key-ring.ts';
import { ReplayWindow } from './replay-window.ts';
import {
  CIPHER,
  COUNTER_LENGTH,
  COUNTER_START,
  HEAD_LENGTH,
  nonceOf,
  SEAL_OVERHEAD,
  SEAL_VERSION,
  SESSION_START,
  sessionKey,
  TAG_LENGTH,
  TIME_START,
} from './sealed-layout.ts';

export interface Opened {
  /** Hexadecimal. */
  readonly session: string;
  readonly counter: number;
  readonly plain: Uint8Array;
}

/** Why something stayed shut. Only `clock` is worth telling people: it is one of our own, with a clock that is off. */
export type Refusal = 'stranger' | 'clock' | 'replay' | 'busy';

interface Session {
  readonly key: KeyObject;
  readonly window: ReplayWindow;
  lastMs: number;
}

/** Clocks of one network may be off so far from each other. */
const TIME_WINDOW_MS = 60_000;
/** A session is remembered until nothing of it could pass the time window any more: a sender may be ahead by one. */
const SESSION_MEMORY_MS = 3 * TIME_WINDOW_MS;
/** Ten thousand members, each started anew meanwhile; about 300 bytes each. */
const MOST_SESSIONS = 20_000;
/** Sessions nobody has heard of cost a derivation and a try for each key: some 10 µs. So many are tried each second. */
const NEW_SESSIONS_PER_SECOND = 2_000;

export class Opener {
  readonly #keyRing: KeyRing;
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Session>();
  #triesLeft = NEW_SESSIONS_PER_SECOND;
  #triesSinceMs = 0;

  constructor(keyRing: KeyRing, clock: Clock) {
    this.#keyRing = keyRing;
    this.#clock = clock;
  }

  open(sealed: Uint8Array): Opened | Refusal {
    if (sealed.length < SEAL_OVERHEAD || sealed[0] !== SEAL_VERSION) return 'stranger';
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.length);
    const session = bytes.toString('hex', SESSION_START, TIME_START);
    const known = this.#sessions.get(session);
    if (known === undefined && !this.#mayTry()) return 'busy';
    const tried =
      known === undefined ? this.#keyRing.keys.map((key) => sessionKey(key, sessionOf(bytes))) : [known.key];
    for (const key of tried) {
      const plain = decrypt(key, bytes);
      if (plain === undefined) continue;
      const sentMs = bytes.readUInt32BE(TIME_START) * 1000;
      if (Math.abs(sentMs - this.#clock.wallTime()) > TIME_WINDOW_MS) return 'clock';
      const entry = known ?? this.#remember(session, key);
      if (entry === undefined) return 'busy';
      const counter = bytes.readUIntBE(COUNTER_START, COUNTER_LENGTH);
      if (!entry.window.take(counter)) return 'replay';
      entry.lastMs = this.#clock.now();
      return { session, counter, plain };
    }
    return 'stranger';
  }

  #mayTry(): boolean {
    const nowMs = this.#clock.now();
    if (nowMs - this.#triesSinceMs >= 1000) {
      this.#triesSinceMs = nowMs;
      this.#triesLeft = NEW_SESSIONS_PER_SECOND;
    }
    return this.#triesLeft-- > 0;
  }

  #remember(session: string, key: KeyObject): Session | undefined {
    if (this.#sessions.size >= MOST_SESSIONS) this.#forgetSilent();
    if (this.#sessions.size >= MOST_SESSIONS) return undefined;
    const entry = { key, window: new ReplayWindow(), lastMs: this.#clock.now() };
    this.#sessions.set(session, entry);
    return entry;
  }

  #forgetSilent(): void {
    const silentSinceMs = this.#clock.now() - SESSION_MEMORY_MS;
    for (const [session, { lastMs }] of this.#sessions) {
      if (lastMs < silentSinceMs) this.#sessions.delete(session);
    }
  }
}

function sessionOf(sealed: Uint8Array): Uint8Array {
  return sealed.subarray(SESSION_START, TIME_START);
}

function decrypt(key: KeyObject, sealed: Uint8Array): Uint8Array | undefined {
  const end = sealed.length - TAG_LENGTH;
  const decipher = createDecipheriv(CIPHER, key, nonceOf(sealed));
  decipher.setAAD(sealed.subarray(0, HEAD_LENGTH));
  decipher.setAuthTag(sealed.subarray(end));
  const plain = decipher.update(sealed.subarray(HEAD_LENGTH, end));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  return plain;
}
