// Passes rumours on: to a few members at random, at once when there is news, then again and again until each was told
// often enough. Invariant: nothing is sent while there is nothing to tell, and never more than ten rounds a second.

import type { Clock, Random, Timer } from '@enjambre/runtime';
import type { Member } from './member.ts';
import type { RumourQueue } from './rumour-queue.ts';

export interface GossipOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly queue: RumourQueue;
  /** Up to `count` live members. */
  readonly targets: (count: number) => readonly Member[];
  /** Sends one datagram full of what is waiting. */
  readonly tell: (member: Member) => void;
}

const TARGETS = 3;
const INTERVAL_MS = 200;
/** Rounds at once while there is what nobody was told yet. */
const MOST_BURST = 4;
/** News does not wait for the next round, but for what else may come with it. */
const NEWS_DELAY_MS = 10;
const LEAST_INTERVAL_MS = 100;

export class Gossip {
  readonly #options: GossipOptions;
  #lastMs = Number.NEGATIVE_INFINITY;
  #dueMs = Number.POSITIVE_INFINITY;
  #timer: Timer | undefined;
  #stopped = false;

  constructor(options: GossipOptions) {
    this.#options = options;
  }

  /** Something was put into the queue. */
  wake(): void {
    const { clock, queue, random } = this.#options;
    if (queue.isEmpty || this.#stopped) return;
    const nowMs = clock.now();
    const newsMs = Math.max(nowMs + NEWS_DELAY_MS + random.below(NEWS_DELAY_MS), this.#lastMs + LEAST_INTERVAL_MS);
    const dueMs = queue.hasNews ? newsMs : this.#lastMs + INTERVAL_MS;
    if (this.#dueMs <= dueMs) return;
    this.#timer?.cancel();
    this.#dueMs = dueMs;
    this.#timer = clock.after(Math.max(0, dueMs - nowMs), () => this.#round());
  }

  /** Tells `count` members now. */
  tellNow(count: number): void {
    for (const member of this.#options.targets(count)) this.#options.tell(member);
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #round(): void {
    const { clock, queue } = this.#options;
    this.#dueMs = Number.POSITIVE_INFINITY;
    this.#lastMs = clock.now();
    if (!queue.isEmpty) this.tellNow(TARGETS);
    // Much at once, as after a partition: one round's datagrams do not hold it.
    for (let more = 1; more < MOST_BURST && queue.hasNews; more++) this.tellNow(TARGETS);
    this.wake();
  }
}
