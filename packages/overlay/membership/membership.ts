// Who is there: rumours weighed against what is known (SWIM), suspicion that grows into death or is refuted.
// Invariant: of two rumours about one member the higher incarnation counts, then the later state; only a member itself
// raises its incarnation, so a false word about it is always overruled by its own.

import { formatAddress, type PeerAddress } from '@enjambre/metainfo';
import type { Clock, Logger, Random } from '@enjambre/runtime';
import type { MemberId, MemberRumour, MemberState, Rumour } from '../protocol/rumour.ts';
import { isLive, type Member, newMember, rumourOf } from './member.ts';
import { MemberTable } from './member-table.ts';
import { Suspicion, type SuspicionTimes } from './suspicion.ts';

export interface MembershipOptions {
  readonly id: MemberId;
  /** Ours; the host is empty while we do not know it. */
  readonly address: PeerAddress;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly suspicionTimes: () => SuspicionTimes;
  /** Whether somebody new is kept. */
  readonly admits: (rumour: MemberRumour) => boolean;
  /** Is to be passed on. */
  readonly spread: (rumour: MemberRumour) => void;
  /** `before` is undefined for somebody new. */
  readonly changed: (member: Member, before: MemberState | undefined) => void;
  /** Asks somebody, who is suspected, whether it is there. */
  readonly call: (member: Member) => void;
  /** Somebody says that we are dead or about to be: we may be slow. */
  readonly accused: () => void;
}

/** A member says again that it is there so often; what was not said again three times over is forgotten. */
export const REFRESH_MS = 30 * 60_000;
/**
 * What is older is nobody's word any more. The dead are remembered for as long, so that no late rumour revives them, and
 * so that a partition of an hour heals.
 */
export const FRESH_MS = 3 * REFRESH_MS;
/** The wall clock is ahead by this much more than before: it was set, or the machine slept. */
const LEAP_MS = 60_000;

export class Membership {
  readonly table: MemberTable;
  readonly #options: MembershipOptions;
  readonly #suspicions = new Map<Member, Suspicion>();
  #self: MemberRumour;
  /** By how much the wall clock was ahead of the other. */
  #aheadMs: number;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.table = new MemberTable(options.random);
    const { id, address, clock } = options;
    const incarnation = Math.floor(clock.wallTime());
    this.#aheadMs = clock.wallTime() - clock.now();
    this.#self = { kind: 'member', id, state: 'alive', incarnation, provides: false, address };
  }

  /** What we say of ourselves. */
  get self(): MemberRumour {
    return this.#self;
  }

  get hasLeft(): boolean {
    return this.#self.state === 'left';
  }

  /** Says it anew, so that it overrules everything said before. */
  announce(change: Partial<Pick<MemberRumour, 'address' | 'provides'>> = {}): void {
    if (!this.hasLeft) this.#speak({ ...change }, this.#self.incarnation + 1);
  }

  /** Nothing of us is alive after this. */
  leave(): void {
    this.#speak({ state: 'left' }, this.#self.incarnation);
    for (const suspicion of this.#suspicions.values()) suspicion.cancel();
    this.#suspicions.clear();
  }

  /** Whether one of them holds us for less than alive, and we can tell better. */
  isAccusedBy(rumours: readonly Rumour[]): boolean {
    const { id, address } = this.#self;
    return (
      address.host !== '' && rumours.some((one) => one.kind === 'member' && one.id === id && one.state !== 'alive')
    );
  }

  /** @param spread false for what everybody else knows already */
  apply(rumour: MemberRumour, spread = true): void {
    if (rumour.id === this.#self.id) this.#defend(rumour);
    else if (this.#weigh(rumour) && spread) this.#options.spread(rumour);
  }

  /** The member did not answer our probe. */
  suspect(member: Member): void {
    if (isLive(member)) this.apply({ ...rumourOf(member), state: 'suspect', suspectedBy: this.#self.id });
  }

  /** Those whose time is over are forgotten. After a leap of the clock ours would be, too, until we spoke again. */
  sweep(): void {
    const { clock } = this.#options;
    const aheadMs = clock.wallTime() - clock.now();
    if (aheadMs > this.#aheadMs + LEAP_MS) this.announce();
    this.#aheadMs = aheadMs;
    for (const member of [...this.table]) {
      const isStale = isLive(member)
        ? member.incarnation < this.#stalestIncarnation()
        : member.changedAtMs + FRESH_MS < clock.now();
      if (isStale) this.forget(member);
    }
  }

  forget(member: Member): void {
    this.#endSuspicion(member);
    this.table.remove(member);
    const before = member.state;
    member.state = 'left';
    this.#options.changed(member, before);
  }

  #speak(change: Partial<MemberRumour>, leastIncarnation: number): void {
    const incarnation = Math.max(leastIncarnation, Math.floor(this.#options.clock.wallTime()));
    this.#self = { ...this.#self, ...change, incarnation };
    if (this.#self.address.host !== '') this.#options.spread(this.#self);
  }

  /** True when it was news. */
  #weigh(rumour: MemberRumour): boolean {
    const member = this.table.get(rumour.id);
    if (member === undefined) return this.#options.admits(rumour) && this.welcome(rumour);
    const isNewer = rumour.incarnation > member.incarnation;
    if (rumour.incarnation < member.incarnation) return false;
    switch (rumour.state) {
      case 'alive':
        return isNewer && this.#change(member, rumour);
      case 'suspect':
        if (!isNewer && !isLive(member)) return false;
        if (!isNewer && member.state === 'suspect') return this.#confirm(member, rumour);
        return this.#change(member, rumour);
      case 'dead':
        return (isNewer || isLive(member)) && this.#change(member, rumour);
      default:
        return member.state !== 'left' && this.#change(member, rumour);
    }
  }

  /** Keeps somebody new whom a rumour alone would not make us keep. False when nothing came of it. */
  welcome(rumour: MemberRumour): boolean {
    if (rumour.id === this.#self.id || this.table.get(rumour.id) !== undefined) return false;
    // Somebody gone whom we never knew is nobody to us.
    if (!isLive(rumour) || rumour.incarnation < this.#stalestIncarnation() || rumour.address.host === '') return false;
    const member = newMember({ ...rumour, state: 'alive' }, this.#options.clock.now());
    const predecessor = this.table.at(rumour.address);
    if (!this.table.add(member)) return false;
    // A program that was started again: the one before can't be there any more.
    if (predecessor !== undefined && isLive(predecessor) && predecessor.incarnation < rumour.incarnation) {
      this.apply({ ...rumourOf(predecessor), state: 'left' });
    }
    this.#options.changed(member, undefined);
    if (rumour.state === 'suspect') this.#change(member, rumour);
    return true;
  }

  /** Remembers somebody dead, as another told who remembers them: they may be back one day. */
  remember(rumour: MemberRumour): void {
    if (rumour.id === this.#self.id || this.table.get(rumour.id) !== undefined) return;
    this.table.add(newMember({ ...rumour, state: 'dead' }, this.#options.clock.now()));
  }

  #change(member: Member, rumour: MemberRumour): true {
    const before = member.state;
    this.#endSuspicion(member);
    member.incarnation = rumour.incarnation;
    member.changedAtMs = this.#options.clock.now();
    member.provides = rumour.provides;
    this.table.setAddress(member, rumour.address);
    this.table.setState(member, rumour.state);
    if (rumour.state === 'suspect') this.#startSuspicion(member, rumour.suspectedBy ?? rumour.id);
    this.#options.changed(member, before);
    return true;
  }

  #startSuspicion(member: Member, by: MemberId): void {
    const { clock, suspicionTimes, logger } = this.#options;
    const expire = (): void => {
      logger.log('debug', 'a member is dead', { member: formatAddress(member.address) });
      this.apply({ ...rumourOf(member), state: 'dead' });
    };
    const lastCall = (): void => this.#options.call(member);
    this.#suspicions.set(member, new Suspicion(by, suspicionTimes(), clock, expire, lastCall));
  }

  #confirm(member: Member, { suspectedBy, id }: MemberRumour): boolean {
    return this.#suspicions.get(member)?.confirm(suspectedBy ?? id) ?? false;
  }

  #endSuspicion(member: Member): void {
    this.#suspicions.get(member)?.cancel();
    this.#suspicions.delete(member);
  }

  /** Nobody else's word about us counts; one that would count for others is overruled. */
  #defend(rumour: MemberRumour): void {
    if (this.hasLeft || rumour.incarnation < this.#self.incarnation) return;
    if (rumour.incarnation === this.#self.incarnation && rumour.state === 'alive') return;
    if (rumour.state !== 'alive') this.#options.accused();
    this.#speak({}, rumour.incarnation + 1);
  }

  #stalestIncarnation(): number {
    return this.#options.clock.wallTime() - FRESH_MS;
  }
}
