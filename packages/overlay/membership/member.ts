// One member as another knows it.

import type { PeerAddress } from '@enjambre/metainfo';
import type { MemberId, MemberRumour, MemberState } from '../protocol/rumour.ts';

/** Whom a message goes to. */
export interface Destination {
  readonly id: MemberId;
  readonly address: PeerAddress;
}

export interface Member extends Destination {
  /** 32 bits of its id: chance, since ids are. */
  readonly idBits: number;
  address: PeerAddress;
  incarnation: number;
  state: MemberState;
  provides: boolean;
  /** When state or incarnation last changed, on our clock. */
  changedAtMs: number;
  /** When an answer to our ping last came from its address; `-Infinity`: never. */
  provenAtMs: number;
}

const ID_BITS_DIGITS = 8;

export function newMember({ id, address, incarnation, state, provides }: MemberRumour, nowMs: number): Member {
  const idBits = idBitsOf(id);
  return {
    id,
    idBits,
    address,
    incarnation,
    state,
    provides,
    changedAtMs: nowMs,
    provenAtMs: Number.NEGATIVE_INFINITY,
  };
}

/** The first 32 bits. */
export function idBitsOf(id: MemberId): number {
  return Number.parseInt(id.slice(0, ID_BITS_DIGITS), 16);
}

/** Neither dead nor gone: to be probed and gossiped with. */
export function isLive({ state }: { readonly state: MemberState }): boolean {
  return state === 'alive' || state === 'suspect';
}

/** What we would tell others of it. @param suspectedBy whose word it is when it is a suspect */
export function rumourOf(member: Member, suspectedBy?: MemberId): MemberRumour {
  const { id, state, incarnation, provides, address } = member;
  const rumour = { kind: 'member', id, state, incarnation, provides, address } as const;
  return state === 'suspect' ? { ...rumour, suspectedBy: suspectedBy ?? id } : rumour;
}
