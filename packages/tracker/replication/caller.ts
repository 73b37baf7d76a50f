// Asks another tracker of the set: signs the question and believes only an answer that is signed in turn. Invariant: whatever
// comes back from a stranger, nothing of it is used but the word with which it refuses.

import type { PeerAddress } from '@enjambre/metainfo';
import type { Clock, Random } from '@enjambre/runtime';
import { isAnswerTo, signRequest } from './envelope.ts';
import { PATH_PREFIX } from './gate.ts';
import type { SecretRing } from './secret-ring.ts';
import type { Lane, ReplicationTransport } from './transport.ts';

export interface CallerOptions {
  /** Ours. */
  readonly id: string;
  readonly ring: SecretRing;
  readonly transport: ReplicationTransport;
  readonly clock: Clock;
  readonly random: Random;
}

export interface Question {
  readonly to: PeerAddress;
  /** The id of who is meant, or `ANYBODY`. */
  readonly id: string;
  readonly lane: Lane;
  /** Behind `PATH_PREFIX`. */
  readonly name: string;
  readonly body: Uint8Array;
}

/** Why there is nothing to be believed. */
export interface Unanswered {
  /** The other side's word for it (`RefusalCode`), or our own. */
  readonly code: string;
  /** For people. */
  readonly sentence: string;
}

const NONCE_LENGTH = 16;
const OK = 200;
const MOST_REFUSAL_LENGTH = 1024;

export class Caller {
  readonly #options: CallerOptions;

  constructor(options: CallerOptions) {
    this.#options = options;
  }

  async ask({ to, id, lane, name, body }: Question): Promise<Buffer | Unanswered> {
    const { ring, transport, clock, random } = this.#options;
    const nonce = Buffer.from(random.bytes(NONCE_LENGTH)).toString('hex');
    const claims = { from: this.#options.id, to: id, timeMs: Math.floor(clock.wallTime()), nonce };
    const path = PATH_PREFIX + name;
    const authorization = signRequest({ method: 'POST', path }, claims, body, ring);
    const answer = await transport.post({ to, lane, path, authorization, body });
    if (typeof answer === 'string') return { code: 'unreachable', sentence: answer };
    if (answer.status !== OK) return refusalOf(answer.status, answer.body);
    if (isAnswerTo(nonce, answer.status, answer.signature, answer.body, ring)) return answer.body;
    return { code: 'answer-not-signed', sentence: 'what answered does not know the secret of this set' };
  }
}

export function isUnanswered(outcome: object): outcome is Unanswered {
  return 'code' in outcome;
}

/** Refusals are not signed: a stranger may say them too, and no more comes of it than of a cut wire. */
function refusalOf(status: number, body: Buffer): Unanswered {
  try {
    const { code, error } = JSON.parse(body.subarray(0, MOST_REFUSAL_LENGTH).toString()) as Record<string, unknown>;
    if (typeof code === 'string' && typeof error === 'string') return { code, sentence: error };
  } catch {
    // Something else than a tracker of ours answers there.
  }
  return { code: 'unreachable', sentence: `answered with HTTP ${status}` };
}
