// Whom a member deals with: everybody while the network is small, its two views when it is large.
// Invariant: a member of a large network knows its views, all providers, and who died of them; nobody else.

import type { Clock, Logger, Random } from '@enjambre/runtime';
import type { Body } from '../protocol/message.ts';
import type { MemberId, MemberRumour } from '../protocol/rumour.ts';
import { type Destination, isLive, type Member } from './member.ts';
import type { Membership } from './membership.ts';
import { ProbeOrder } from './probe-order.ts';
import type { NetworkSize } from './scale.ts';
import { Views } from './views.ts';

export interface NeighbourhoodOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly membership: Membership;
  readonly send: (to: Destination, body: Body, offered?: readonly MemberRumour[]) => void;
}

/** Up to here everybody probes everybody; beyond, what each must know and hear of all others costs more than it gives. */
const MOST_FULL = 300;
/** A view of 30 that so few known members can't fill: the network is small again. */
const LEAST_PARTIAL = 30;

export class Neighbourhood {
  readonly views: Views;
  readonly #membership: Membership;
  readonly #options: NeighbourhoodOptions;
  readonly #probeOrder: ProbeOrder;
  #isPartial = false;

  constructor(options: NeighbourhoodOptions) {
    this.#options = options;
    const { membership, random, clock, send } = options;
    this.#membership = membership;
    const { table } = membership;
    this.#probeOrder = new ProbeOrder(random, () => (this.#isPartial ? this.views.round() : table.live));
    this.views = new Views({
      clock,
      random,
      table,
      send,
      self: () => membership.self,
      dropped: (one) => this.#drop(one),
    });
  }

  get isPartial(): boolean {
    return this.#isPartial;
  }

  get size(): NetworkSize {
    return { known: this.#membership.table.live.size + 1, isPartial: this.#isPartial };
  }

  /** Whether somebody whom a rumour names is kept. */
  admits(rumour: MemberRumour): boolean {
    return !this.#isPartial || rumour.provides;
  }

  /** Takes in somebody whom we were told of for our views; in a small network that is everybody. */
  keep(rumour: MemberRumour): void {
    if (rumour.id === this.#membership.self.id) return;
    this.#membership.welcome(rumour);
    const member = this.#membership.table.get(rumour.id);
    if (member !== undefined && this.#isPartial) this.views.meet(member);
  }

  isNeighbour(id: MemberId): boolean {
    const member = this.#membership.table.get(id);
    return member !== undefined && this.views.active.has(member);
  }

  nextToProbe(): Member | undefined {
    return this.#probeOrder.next();
  }

  /** Up to `count` live members at random. */
  sample(count: number, fits?: (member: Member) => boolean): Member[] {
    return this.#isPartial ? this.views.sample(count, fits) : this.#membership.table.live.sample(count, fits);
  }

  /** Somebody became known, or changed. */
  changed(member: Member, isNew: boolean): void {
    if (!isLive(member)) return this.views.lost(member);
    if (!this.#isPartial) {
      if (isNew) this.#probeOrder.add(member);
      if (this.#membership.table.live.size >= MOST_FULL) this.becomePartial();
    } else if (member.state === 'suspect' && this.views.active.has(member)) {
      // Our own word on a neighbour is what the others wait for.
      this.#probeOrder.hurry(member);
    }
  }

  /** The network is large, as counted or as told by one who knows. */
  becomePartial(): void {
    if (this.#isPartial) return;
    this.#isPartial = true;
    this.#options.logger.log('debug', 'the network is large: partial views');
    this.views.start();
    for (const member of [...this.#membership.table.live]) this.#drop(member);
  }

  /** Looks now and then whether the network has become small again. */
  check(): void {
    if (!this.#isPartial || this.#membership.table.live.size >= LEAST_PARTIAL) return;
    this.#isPartial = false;
    this.views.stop();
    this.#options.logger.log('debug', 'the network is small again: full view');
  }

  stop(): void {
    this.views.stop();
  }

  /** Out of both views: kept only for what it provides. */
  #drop(member: Member): void {
    if (!member.provides && !this.views.has(member)) this.#membership.forget(member);
  }
}
