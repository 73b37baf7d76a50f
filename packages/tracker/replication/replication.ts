// A tracker's part in a set of trackers that hold the same swarms. Each is told of all others, tells them of its own changes at
// once and compares with each of them every few seconds; nobody leads, nothing is voted on, any of them may be alone.

import type { PeerAddress } from '@enjambre/metainfo';
import type { Clock, Logger, Random } from '@enjambre/runtime';
import type { SwarmStore } from '../server/swarm-store.ts';
import { Answering } from './answering.ts';
import { Caller } from './caller.ts';
import { TRACKER_ID_LENGTH } from './entry.ts';
import { isBodyOf, type Signed, signAnswer, type Target } from './envelope.ts';
import { Fellow, type FellowView } from './fellow.ts';
import { Gate, isRefusal, type Refusal, refusal } from './gate.ts';
import { Outbox } from './outbox.ts';
import { Replica } from './replica.ts';
import type { SecretRing } from './secret-ring.ts';
import { decodeSetState, encodeSetState } from './set-state.ts';
import type { ReplicationTransport } from './transport.ts';

export interface ReplicationOptions {
  readonly store: SwarmStore;
  /** All others; ourselves may be among them. */
  readonly fellows: readonly PeerAddress[];
  readonly ring: SecretRing;
  /** After how long a silent peer is forgotten. */
  readonly timeoutMs: number;
  readonly transport: ReplicationTransport;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export interface ReplicationView {
  readonly fellows: readonly FellowView[];
  /** Deletions that are remembered. */
  readonly tombstones: number;
  /** Messages that were not listened to. */
  readonly refused: number;
}

/** What a question is answered with. */
export interface ReplicationAnswer {
  readonly body: Buffer;
  /** The header `Authentication-Info`. */
  readonly signature: string;
}

const ID_LENGTH = 8;

export class Replication {
  readonly #options: ReplicationOptions;
  readonly #gate: Gate;
  readonly #replica: Replica;
  readonly #answering: Answering;
  readonly #outbox: Outbox;
  readonly #fellows: readonly Fellow[];
  #refused = 0;

  constructor(options: ReplicationOptions) {
    const { clock, random, ring, fellows, logger } = options;
    this.#options = options;
    const id = Buffer.from(random.bytes(ID_LENGTH)).toString('hex');
    this.#gate = new Gate({ id, ring });
    const isWanted = (): boolean => this.#fellows.some((fellow) => fellow.id !== undefined);
    this.#outbox = new Outbox(clock, isWanted, (batch) => {
      for (const fellow of this.#fellows) fellow.push(batch);
    });
    const replica = new Replica({
      ...options,
      trackerId: random.bytes(TRACKER_ID_LENGTH),
      onChange: (entry) => this.#outbox.add(entry),
    });
    this.#replica = replica;
    this.#answering = new Answering(id, replica);
    const caller = new Caller({ ...options, id });
    const isKnown = (other: string): boolean => other === id || this.#fellows.some((fellow) => fellow.id === other);
    this.#fellows = fellows.map((address) => new Fellow({ address, caller, replica, clock, random, logger, isKnown }));
  }

  get view(): ReplicationView {
    const fellows = this.#fellows.map((fellow) => fellow.view);
    return { fellows, tombstones: this.#replica.tombstones, refused: this.#refused };
  }

  start(): void {
    for (const fellow of this.#fellows) fellow.start();
  }

  stop(): void {
    this.#outbox.stop();
    for (const fellow of this.#fellows) fellow.stop();
    this.#options.transport.close();
  }

  /** To be called now and then: forgets what is of no use any more. */
  sweep(): void {
    this.#replica.sweep();
  }

  /**
   * Whether to read the body of a request below `PATH_PREFIX`.
   * @param header `Authorization`, as it came
   */
  admit(target: Target, header: string | undefined): Signed | Refusal {
    const { clock } = this.#options;
    const outcome = this.#gate.admit(target, header, clock.wallTime(), clock.now());
    if (isRefusal(outcome)) this.#refused++;
    return outcome;
  }

  /** @param signed what `admit` gave @param body all of it */
  answer({ path }: Target, signed: Signed, body: Buffer): ReplicationAnswer | Refusal {
    const isWhole = isBodyOf(signed, body);
    const answer = isWhole && this.#answering.knows(path) ? this.#answering.answer(path, body) : undefined;
    if (answer === undefined) {
      this.#refused++;
      if (!isWhole) return refusal(401, 'signature-required', 'The body is not the one that was signed.');
      return refusal(400, 'invalid-message', 'This is not what a tracker of this version says there.');
    }
    const isMet = this.#fellows.some(({ id }) => id === signed.from);
    if (!isMet) for (const fellow of this.#fellows) fellow.retry();
    return { body: answer, signature: signAnswer(signed, 200, answer) };
  }

  /** What the store does not hold and a restart would lose: for `restore`. */
  snapshot(): Buffer {
    return encodeSetState(this.#replica.state);
  }

  /**
   * Once, after the store was restored.
   * @param bytes of `snapshot`, if there are any
   * @returns false when they can't be used
   */
  restore(bytes: Buffer | undefined): boolean {
    const state = bytes && decodeSetState(bytes);
    if (bytes !== undefined && state === undefined) return false;
    this.#replica.restore(state);
    return true;
  }
}
