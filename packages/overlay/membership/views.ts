// The part of a large network that a member deals with (HyParView): a few neighbours that know it as theirs and are
// probed, and a few dozen others to gossip with and to choose neighbours from.
// Invariant: nobody is in both views, neither is longer than it may be, and everybody in them is known and live.

import type { Clock, Random, Timer } from '@enjambre/runtime';
import type { Body } from '../protocol/message.ts';
import type { MemberId, MemberRumour } from '../protocol/rumour.ts';
import { type Destination, isLive, type Member, rumourOf } from './member.ts';
import type { MemberTable } from './member-table.ts';
import { RandomBag } from './random-bag.ts';

export interface ViewsOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly table: MemberTable;
  readonly self: () => MemberRumour;
  readonly send: (to: Destination, body: Body, offered?: readonly MemberRumour[]) => void;
  /** Somebody who is in no view any more. */
  readonly dropped: (member: Member) => void;
}

const WANTED_ACTIVE = 5;
/** Two more are taken when they ask, so that the last to come finds room somewhere. */
const MOST_ACTIVE = 7;
const MOST_PASSIVE = 30;
const NEAR_SHARE = 0.6;
const TICK_MS = 1_000;
/** Ticks between shuffles. */
const SHUFFLE_TICKS = 10;
const SHUFFLE_STEPS = 4;
const SHUFFLED_ACTIVE = 3;
const SHUFFLED_PASSIVE = 5;

export class Views {
  readonly active: RandomBag<Member>;
  readonly passive: RandomBag<Member>;
  readonly #options: ViewsOptions;
  #ticks: number;
  #timer: Timer | undefined;

  constructor(options: ViewsOptions) {
    this.#options = options;
    this.active = new RandomBag(options.random);
    this.passive = new RandomBag(options.random);
    this.#ticks = options.random.below(SHUFFLE_TICKS);
  }

  /** Fills both views from whom the table knows. */
  start(): void {
    this.#timer = this.#options.clock.every(TICK_MS, () => this.#tick());
    this.#fill();
    for (let asked = 0; asked < WANTED_ACTIVE; asked++) this.#askSomebody();
  }

  /** Empties both. */
  stop(): void {
    this.#timer?.cancel();
    for (const member of [...this.active]) {
      this.active.delete(member);
      this.#options.send(member, { type: 'part' });
    }
    for (const member of [...this.passive]) this.passive.delete(member);
  }

  has(member: Member): boolean {
    return this.active.has(member) || this.passive.has(member);
  }

  /** Room for one more to gossip with. */
  get hasRoom(): boolean {
    return this.passive.size < MOST_PASSIVE;
  }

  /** Somebody we heard of. */
  meet(member: Member): void {
    if (this.has(member) || !isLive(member)) return;
    if (!this.hasRoom) this.#drop(this.passive.pick()!);
    this.passive.add(member);
  }

  /** Somebody who is dead or gone. */
  lost(member: Member): void {
    this.passive.delete(member);
    if (this.active.delete(member)) this.#askSomebody();
  }

  /**
   * Up to `count` to gossip with: mostly neighbours, since everybody has some and so is told by some, and others for
   * the short cuts between far ends of the network.
   */
  sample(count: number, fits?: (member: Member) => boolean): Member[] {
    const near = this.active.sample(Math.ceil(NEAR_SHARE * count), fits);
    return [...near, ...this.passive.sample(count - near.length, fits)];
  }

  /** Whom a round of probes goes to: every neighbour, and one of the others. */
  round(): Member[] {
    return [...this.active, ...this.passive.sample(1)];
  }

  /** `member` asks to be our neighbour. */
  asked(member: Member, isAlone: boolean): void {
    const accepted = this.#accept(member, isAlone);
    if (!accepted) this.meet(member);
    this.#options.send(member, { type: 'neighbour-answer', accepted });
  }

  answered(member: Member, accepted: boolean): void {
    if (accepted && !this.#accept(member, false)) this.#options.send(member, { type: 'part' });
  }

  /** `member` takes us for its neighbour. */
  pingedAsNeighbour(member: Member): void {
    if (!this.#accept(member, false)) this.#options.send(member, { type: 'part' });
  }

  /** `member` does not take us for its neighbour any more. */
  parted(member: Member): void {
    if (!this.active.delete(member)) return;
    this.meet(member);
    this.#askSomebody();
  }

  /**
   * A walk of another member comes by.
   * @param by who passed it on
   * @returns true when it ends here, and what it offers is ours to keep
   */
  shuffled(steps: number, origin: MemberRumour, by: MemberId, offered: readonly MemberRumour[]): boolean {
    const others = (one: Member): boolean => one.id !== by && one.id !== origin.id;
    const [next] = steps > 1 ? this.active.sample(1, others) : [];
    if (next !== undefined) {
      this.#options.send(next, { type: 'shuffle', steps: steps - 1, origin }, offered);
      return false;
    }
    const given = this.passive.sample(SHUFFLED_ACTIVE + SHUFFLED_PASSIVE, others);
    this.#options.send(
      origin,
      { type: 'shuffle-answer' },
      given.map((member) => rumourOf(member)),
    );
    return true;
  }

  #accept(member: Member, isAlone: boolean): boolean {
    if (this.active.has(member)) return true;
    if (!isLive(member)) return false;
    if (this.active.size >= MOST_ACTIVE) {
      if (!isAlone) return false;
      const parted = this.active.pick()!;
      this.active.delete(parted);
      this.#options.send(parted, { type: 'part' });
      this.meet(parted);
    }
    this.passive.delete(member);
    this.active.add(member);
    return true;
  }

  #drop(member: Member): void {
    this.passive.delete(member);
    this.#options.dropped(member);
  }

  #tick(): void {
    this.#fill();
    if (this.active.size < WANTED_ACTIVE) this.#askSomebody();
    if (++this.#ticks % SHUFFLE_TICKS === 0) this.#shuffle();
  }

  #fill(): void {
    if (!this.hasRoom) return;
    for (const member of this.#options.table.live.sample(MOST_PASSIVE - this.passive.size)) this.meet(member);
  }

  #askSomebody(): void {
    const candidate = this.passive.pick();
    if (candidate === undefined) return;
    const isAlone = this.active.size === 0;
    this.#options.send(candidate, { type: 'neighbour-ask', isAlone, self: this.#options.self() });
  }

  #shuffle(): void {
    const next = this.active.pick();
    if (next === undefined) return;
    const offered = [...this.active.sample(SHUFFLED_ACTIVE), ...this.passive.sample(SHUFFLED_PASSIVE)];
    const origin = this.#options.self();
    const rumours = offered.filter((member) => member !== next).map((member) => rumourOf(member));
    this.#options.send(next, { type: 'shuffle', steps: SHUFFLE_STEPS, origin }, rumours);
  }
}
