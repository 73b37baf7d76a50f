// Everything that one member knows for everything that another knows: at joining, and when a partition ends.
// Invariant: where one holds for dead whom the other knows to be there, neither believes the other: the member is asked.

import type { PeerAddress } from '@enjambre/metainfo';
import { type Clock, type Random, shuffle } from '@enjambre/runtime';
import { isLive, type Member, rumourOf } from './membership/member.ts';
import type { Membership } from './membership/membership.ts';
import type { Neighbourhood } from './membership/neighbourhood.ts';
import type { Transport } from './net/transport.ts';
import { type Message, UNKNOWN_MEMBER } from './protocol/message.ts';
import { decodeMessage, encodeMessage } from './protocol/message-codec.ts';
import { ProtocolError } from './protocol/protocol-error.ts';
import { encodeRumour, type MemberRumour, type RecordRumour, type Rumour } from './protocol/rumour.ts';
import type { RecordTable } from './records/record-table.ts';

export interface StateExchangeOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly transport: Transport;
  readonly membership: Membership;
  readonly records: RecordTable;
  readonly neighbourhood: Neighbourhood;
  readonly applyRecord: (record: RecordRumour, spread: boolean) => void;
  /** Asks somebody whom we hold for dead whether it is there. */
  readonly call: (member: Member) => void;
  /** Somebody sees us at this host. */
  readonly seenAt: (host: string) => void;
}

/** Between exchanges that are no joining: one tells all that the next would. */
const LEAST_INTERVAL_MS = 2_000;
/** Of half a network that is back, so many are called by each who learns it first. */
const MOST_CALLED = 32;
/** What a stream may carry: ten thousand members with a dozen records each. */
const MOST_STATE = 8 * 1024 * 1024;

export class StateExchange {
  readonly #options: StateExchangeOptions;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(options: StateExchangeOptions) {
    this.#options = options;
  }

  /** Asks whoever is at this address. */
  introduce(address: PeerAddress): void {
    const { transport, membership, neighbourhood, seenAt } = this.#options;
    const { self, table } = membership;
    const ask = encodeMessage(self.id, UNKNOWN_MEMBER, { type: 'state-ask', self });
    transport.ask(this.#withState(ask), address, (answer) => {
      if (answer === undefined || membership.hasLeft) return;
      const message = decode(answer);
      if (message?.body.type !== 'state-answer' || message.from === self.id) return;
      const { body } = message;
      // Whoever knows nobody yet learns what everybody else knows: no news to pass on.
      const isNews = table.live.size > 0;
      seenAt(body.seenHost);
      if (body.isPartial) neighbourhood.becomePartial();
      this.#meet({ ...body.self, address: hostOr(body.self.address, address.host) }, isNews);
      this.#merge(message, address, isNews);
    });
  }

  /** The same with somebody known, if the last time is not too near. */
  refresh(address: PeerAddress): void {
    const nowMs = this.#options.clock.now();
    if (nowMs - this.#lastMs < LEAST_INTERVAL_MS) return;
    this.#lastMs = nowMs;
    this.introduce(address);
  }

  /** @returns undefined for what is no question */
  answer(payload: Uint8Array, from: PeerAddress): Uint8Array | undefined {
    const { membership, neighbourhood } = this.#options;
    const message = decode(payload);
    const { self } = membership;
    if (message?.body.type !== 'state-ask' || message.from === self.id || membership.hasLeft) return undefined;
    const asker = message.body.self;
    const body = { type: 'state-answer', self, seenHost: from.host, isPartial: neighbourhood.isPartial } as const;
    const answer = this.#withState(encodeMessage(self.id, message.from, body));
    this.#meet({ ...asker, address: hostOr(asker.address, from.host) }, true);
    this.#merge(message, from, true);
    return answer;
  }

  #merge({ rumours }: Message, from: PeerAddress, spread: boolean): void {
    const { membership, applyRecord } = this.#options;
    for (const rumour of rumours) {
      if (rumour.kind === 'record') applyRecord(rumour, spread);
      else if (rumour.state === 'dead') membership.remember(rumour);
      else this.#meet(rumour, spread);
    }
    this.#callThoseBack(rumours);
    // The one who told us is there, whatever it had heard of itself.
    const teller = membership.table.at(from);
    if (teller !== undefined && isLive(teller)) teller.provenAtMs = this.#options.clock.now();
  }

  /** In a large network only providers are kept for a rumour's sake: others go into our views while there is room. */
  #meet(rumour: MemberRumour, spread: boolean): void {
    const { membership, neighbourhood } = this.#options;
    membership.apply(rumour, spread);
    if (neighbourhood.isPartial && neighbourhood.views.hasRoom) neighbourhood.keep(rumour);
  }

  /** They refute what we hold, to us at once and to all others by rumour. */
  #callThoseBack(rumours: readonly Rumour[]): void {
    const { membership, random, call } = this.#options;
    const back = rumours.flatMap((rumour) => {
      const member = rumour.kind === 'member' && isLive(rumour) ? membership.table.get(rumour.id) : undefined;
      return member?.state === 'dead' ? [member] : [];
    });
    for (const member of shuffle(back, random).slice(0, MOST_CALLED)) call(member);
  }

  #withState(head: Uint8Array): Uint8Array {
    const { membership, records } = this.#options;
    const parts = [head];
    let length = head.length;
    const put = (bytes: Uint8Array): void => {
      length += bytes.length;
      if (length <= MOST_STATE) parts.push(bytes);
    };
    for (const member of membership.table) {
      if (member.state !== 'left') put(encodeRumour(rumourOf(member, membership.self.id)));
    }
    for (const { id } of [membership.self, ...membership.table.live]) {
      for (const record of records.after(id, 0)) put(encodeRumour(record));
    }
    return Buffer.concat(parts);
  }
}

function decode(payload: Uint8Array): Message | undefined {
  try {
    return decodeMessage(payload);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

function hostOr(address: PeerAddress, seen: string): PeerAddress {
  return address.host === '' ? { ...address, host: seen } : address;
}
