// Who may speak to us as a tracker of the set. Invariant: nobody without one of our secrets, nothing said before, nothing said
// to somebody else, and nobody whose clock is a minute off; all of it is decided before the body is read.

import { ANYBODY, type Signed, type Target, TIME_WINDOW_MS, verifyRequest } from './envelope.ts';
import { NonceMemory } from './nonce-memory.ts';
import type { SecretRing } from './secret-ring.ts';

/** Paths of the set begin with this. */
export const PATH_PREFIX = '/replication/v1/';
/** The only path on which a fellow need not know yet who we are; it changes nothing. */
const HELLO_PATH = `${PATH_PREFIX}hello`;
/** Bytes of a request or an answer. */
export const MOST_BODY_LENGTH = 1 << 20;

export type RefusalCode =
  | 'signature-required' // none, or none of a secret of ours
  | 'clock-apart' // its time is more than a minute from ours
  | 'other-instance' // meant for another tracker, or for us before a restart
  | 'replayed' // seen before
  | 'too-large'
  | 'invalid-message'; // signed, and yet not what the path takes

export interface Refusal {
  readonly status: 400 | 401 | 413 | 421;
  readonly code: RefusalCode;
  /** For people. */
  readonly sentence: string;
}

export interface GateOptions {
  /** Ours: 16 hexadecimal digits, anew for each run. */
  readonly id: string;
  readonly ring: SecretRing;
}

export class Gate {
  readonly #options: GateOptions;
  readonly #nonces = new NonceMemory();

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /**
   * @param header `Authorization`, as it came
   * @param wallMs Unix time
   * @param nowMs monotonic
   * @returns what was signed, or why it is not listened to
   */
  admit(target: Target, header: string | undefined, wallMs: number, nowMs: number): Signed | Refusal {
    const signed = verifyRequest(target, header, this.#options.ring);
    if (signed === undefined) {
      return refusal(401, 'signature-required', 'Only trackers that know the secret of this set are answered here.');
    }
    const apartMs = signed.timeMs - wallMs;
    if (Math.abs(apartMs) > TIME_WINDOW_MS) {
      const seconds = Math.round(Math.abs(apartMs) / 1000);
      const where = apartMs > 0 ? 'ahead of' : 'behind';
      return refusal(401, 'clock-apart', `Your clock is ${seconds} s ${where} ours; 60 s are allowed.`);
    }
    if (signed.to !== this.#options.id && !(signed.to === ANYBODY && target.path === HELLO_PATH)) {
      return refusal(421, 'other-instance', 'This is another tracker than the one it was meant for: say hello first.');
    }
    if (!this.#nonces.take(signed.nonce, nowMs)) return refusal(401, 'replayed', 'This was said before.');
    if (signed.length > MOST_BODY_LENGTH) return refusal(413, 'too-large', 'More than 1 MiB in one message.');
    return signed;
  }
}

export function refusal(status: Refusal['status'], code: RefusalCode, sentence: string): Refusal {
  return { status, code, sentence };
}

export function isRefusal(outcome: object): outcome is Refusal {
  return 'sentence' in outcome;
}
