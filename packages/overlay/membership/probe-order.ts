// Whom to probe next: everybody once a round, each round in another order (SWIM 4.3), newcomers within the round.

import { type Random, shuffle } from '@enjambre/runtime';
import { isLive, type Member } from './member.ts';

export class ProbeOrder {
  readonly #random: Random;
  readonly #round: () => Iterable<Member>;
  #order: Member[] = [];
  #next = 0;

  /** @param round whom a new round is made of */
  constructor(random: Random, round: () => Iterable<Member>) {
    this.#random = random;
    this.#round = round;
  }

  next(): Member | undefined {
    for (let rounds = 0; rounds < 2; rounds++) {
      while (this.#next < this.#order.length) {
        const member = this.#order[this.#next++];
        if (isLive(member)) return member;
      }
      this.#order = shuffle([...this.#round()], this.#random);
      this.#next = 0;
    }
    return undefined;
  }

  /** At a random place in what is left of the round. */
  add(member: Member): void {
    const place = this.#next + this.#random.below(this.#order.length - this.#next + 1);
    this.#order.push(this.#order[place] ?? member);
    this.#order[place] = member;
  }

  /** Somebody who should be probed before all others. */
  hurry(member: Member): void {
    this.#order.splice(this.#next, 0, member);
  }
}
