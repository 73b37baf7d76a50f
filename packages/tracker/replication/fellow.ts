// Another tracker of the set: met, told of every change, compared with now and then. Invariants: what waits for it is bounded,
// and when that is not enough it is dropped and a comparison brings it; one that is away costs a try every second.

import { formatAddress, type PeerAddress } from '@enjambre/metainfo';
import type { Clock, Logger, Random, Timer } from '@enjambre/runtime';
import { type Caller, isUnanswered, type Unanswered } from './caller.ts';
import { ANYBODY } from './envelope.ts';
import { heal } from './healing.ts';
import type { Replica } from './replica.ts';
import type { Lane } from './transport.ts';

export interface FellowOptions {
  readonly address: PeerAddress;
  readonly caller: Caller;
  readonly replica: Replica;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Whether it is ourselves, or another address leads to it already. */
  readonly isKnown: (id: string) => boolean;
}

export interface FellowView {
  /** As `--join` has it. */
  readonly address: string;
  /** `same`: ourselves, or one that is met by another address. */
  readonly state: 'away' | 'met' | 'same';
  /** Why it is away, in words; empty when it is not or was not tried yet. */
  readonly error: string;
  /** Comparisons brought to an end. */
  readonly comparisons: number;
  /** Entries that comparisons brought us, and brought it. */
  readonly taken: number;
  readonly given: number;
  /** How often changes had to be dropped because it took them too slowly. */
  readonly overflows: number;
}

/** Tries of one that is away: at first so soon, then half as often each time, up to this. */
const LEAST_RETRY_MS = 250;
const MOST_RETRY_MS = 1_000;
/** An address that leads to ourselves may lead elsewhere later. */
const SAME_RETRY_MS = 30_000;
const COMPARE_MS = 2_000;
const COMPARE_JITTER_MS = 1_000;
const MOST_FRUITLESS = 4;
/** Bytes of changes that wait. */
const MOST_WAITING = 1 << 20;
/** Bytes of changes in one message. */
const MESSAGE_LENGTH = 256 * 1024;
const ID_LENGTH = 8;

export class Fellow {
  readonly #options: FellowOptions;
  #id: string | undefined;
  #state: FellowView['state'] = 'away';
  #error = '';
  #comparisons = 0;
  #taken = 0;
  #given = 0;
  #overflows = 0;
  #retryMs = LEAST_RETRY_MS;
  #waiting: Buffer[] = [];
  #waitingLength = 0;
  #triedAtMs = 0;
  #fruitless = 0;
  #isGreeting = false;
  #isPushing = false;
  #isComparing = false;
  #isStopped = false;
  #timer: Timer | undefined;

  constructor(options: FellowOptions) {
    this.#options = options;
  }

  /** Its id while it is met. */
  get id(): string | undefined {
    return this.#id;
  }

  get view(): FellowView {
    return {
      address: formatAddress(this.#options.address),
      state: this.#state,
      error: this.#error,
      comparisons: this.#comparisons,
      taken: this.#taken,
      given: this.#given,
      overflows: this.#overflows,
    };
  }

  start(): void {
    void this.#greet();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  /** Somebody of the set spoke to us whom we have not met: it may be this one. */
  retry(): void {
    const isEarly = this.#options.clock.now() - this.#triedAtMs < LEAST_RETRY_MS;
    if (this.#state === 'away' && !this.#isGreeting && !this.#isStopped && !isEarly) void this.#greet();
  }

  /** Changes that it shall hear of, as entries. */
  push(batch: Buffer): void {
    if (this.#id === undefined) return;
    this.#waiting.push(batch);
    this.#waitingLength += batch.length;
    if (this.#waitingLength > MOST_WAITING) {
      this.#overflows++;
      this.#forget();
      this.#alarm(0);
      return;
    }
    if (!this.#isPushing) void this.#pushAll(this.#id);
  }

  async #greet(): Promise<void> {
    this.#timer?.cancel();
    this.#triedAtMs = this.#options.clock.now();
    this.#isGreeting = true;
    const answer = await this.#ask('healing', ANYBODY, 'hello', Buffer.alloc(0));
    this.#isGreeting = false;
    if (this.#isStopped) return;
    if (isUnanswered(answer)) return this.#lose(answer);
    if (answer.length !== ID_LENGTH) return this.#lose({ code: 'unreachable', sentence: 'it speaks another language' });
    const id = answer.toString('hex');
    if (this.#options.isKnown(id)) {
      this.#state = 'same';
      this.#error = '';
      this.#timer = this.#options.clock.after(SAME_RETRY_MS, () => void this.#greet());
      return;
    }
    this.#id = id;
    this.#state = 'met';
    this.#error = '';
    this.#retryMs = LEAST_RETRY_MS;
    this.#say('info', 'another tracker of the set was met');
    void this.#compare(id);
  }

  async #pushAll(id: string): Promise<void> {
    this.#isPushing = true;
    while (this.#waiting.length > 0 && this.#id === id) {
      const batches = this.#takeMessage();
      const answer = await this.#ask('changes', id, 'changes', Buffer.concat(batches));
      if (isUnanswered(answer)) this.#loseIf(id, answer);
    }
    this.#isPushing = false;
    // It came back meanwhile under another id.
    if (this.#waiting.length > 0 && this.#id !== undefined) void this.#pushAll(this.#id);
  }

  #takeMessage(): Buffer[] {
    let count = 0;
    let length = 0;
    while (count < this.#waiting.length && (count === 0 || length + this.#waiting[count].length <= MESSAGE_LENGTH)) {
      length += this.#waiting[count++].length;
    }
    this.#waitingLength -= length;
    return this.#waiting.splice(0, count);
  }

  async #compare(id: string): Promise<void> {
    if (this.#isComparing) return;
    this.#isComparing = true;
    let failure: Unanswered | undefined;
    const healed = await heal(this.#options.replica, async (name, body) => {
      const answer = await this.#ask('healing', id, name, body);
      if (!isUnanswered(answer)) return answer;
      failure = answer;
      return undefined;
    });
    this.#isComparing = false;
    // It came back meanwhile under another id.
    if (this.#id !== id) return this.#alarm(0);
    if (healed === undefined) {
      return this.#loseIf(id, failure ?? { code: 'unreachable', sentence: 'it speaks another language' });
    }
    this.#comparisons++;
    this.#taken += healed.taken;
    this.#given += healed.given;
    // What differs and can't be mended (one of us is full) must not be listed all the time.
    this.#fruitless = healed.differing > 0 && healed.taken + healed.given === 0 ? this.#fruitless + 1 : 0;
    const times = 1 + Math.min(this.#fruitless, MOST_FRUITLESS);
    this.#alarm(times * COMPARE_MS + this.#options.random.below(COMPARE_JITTER_MS));
  }

  /** Compares then. */
  #alarm(delayMs: number): void {
    const id = this.#id;
    if (id === undefined || this.#isStopped) return;
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(delayMs, () => void this.#compare(id));
  }

  #loseIf(id: string, why: Unanswered): void {
    if (this.#id === id && !this.#isStopped) this.#lose(why);
  }

  #lose({ code, sentence }: Unanswered): void {
    const error = `${sentence} (${code})`;
    if (this.#error !== error) this.#say('warn', `another tracker of the set is away: ${error}`);
    this.#id = undefined;
    this.#state = 'away';
    this.#error = error;
    this.#forget();
    this.#timer?.cancel();
    // It was restarted: it is there, by another id.
    const delayMs = code === 'other-instance' ? 0 : this.#retryMs;
    this.#retryMs = Math.min(2 * this.#retryMs, MOST_RETRY_MS);
    this.#timer = this.#options.clock.after(delayMs, () => void this.#greet());
  }

  #forget(): void {
    this.#waiting = [];
    this.#waitingLength = 0;
  }

  #ask(lane: Lane, id: string, name: string, body: Uint8Array): Promise<Buffer | Unanswered> {
    return this.#options.caller.ask({ to: this.#options.address, id, lane, name, body });
  }

  #say(level: 'info' | 'warn', message: string): void {
    this.#options.logger.log(level, message, { fellow: formatAddress(this.#options.address) });
  }
}
