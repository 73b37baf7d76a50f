// Everybody we know of but ourselves. Invariant: `live` and `dead` hold exactly the members in those states; at most
// `MOST_MEMBERS`, the longest gone forgotten first.

import { formatAddress, type PeerAddress } from '@enjambre/metainfo';
import type { Random } from '@enjambre/runtime';
import type { MemberId, MemberState } from '../protocol/rumour.ts';
import { isLive, type Member } from './member.ts';
import { RandomBag } from './random-bag.ts';

/** Twice the largest network that was measured; some 6 MB. */
const MOST_MEMBERS = 20_000;

export class MemberTable {
  /** Alive or suspect. */
  readonly live: RandomBag<Member>;
  /** Not those who left: they meant it. */
  readonly dead: RandomBag<Member>;
  readonly #byId = new Map<MemberId, Member>();
  readonly #byAddress = new Map<string, Member>();

  constructor(random: Random) {
    this.live = new RandomBag(random);
    this.dead = new RandomBag(random);
  }

  [Symbol.iterator](): IterableIterator<Member> {
    return this.#byId.values();
  }

  get size(): number {
    return this.#byId.size;
  }

  get(id: MemberId): Member | undefined {
    return this.#byId.get(id);
  }

  /** Who was last said to be there. */
  at(address: PeerAddress): Member | undefined {
    return this.#byAddress.get(formatAddress(address));
  }

  /** False when there is no room. */
  add(member: Member): boolean {
    if (this.#byId.size >= MOST_MEMBERS && !this.#forgetOne()) return false;
    this.#byId.set(member.id, member);
    this.#byAddress.set(formatAddress(member.address), member);
    this.#sort(member);
    return true;
  }

  remove(member: Member): void {
    this.#byId.delete(member.id);
    this.live.delete(member);
    this.dead.delete(member);
    this.#forgetAddress(member);
  }

  setState(member: Member, state: MemberState): void {
    member.state = state;
    this.#sort(member);
  }

  setAddress(member: Member, address: PeerAddress): void {
    this.#forgetAddress(member);
    member.address = address;
    this.#byAddress.set(formatAddress(address), member);
  }

  #sort(member: Member): void {
    if (isLive(member)) this.live.add(member);
    else this.live.delete(member);
    if (member.state === 'dead') this.dead.add(member);
    else this.dead.delete(member);
  }

  #forgetAddress(member: Member): void {
    const address = formatAddress(member.address);
    if (this.#byAddress.get(address) === member) this.#byAddress.delete(address);
  }

  #forgetOne(): boolean {
    for (const member of this.#byId.values()) {
      if (isLive(member)) continue;
      this.remove(member);
      return true;
    }
    return false;
  }
}
