// Puts messages together and sends them. Invariant: no datagram is longer than `MOST_PAYLOAD`; what room is left carries
// rumours, and whoever we hold for suspect or dead is told so first (Lifeguard's buddy system): it can refute at once.

import type { PeerAddress } from '@enjambre/metainfo';
import type { Destination, Member } from './membership/member.ts';
import { rumourOf } from './membership/member.ts';
import type { RumourQueue } from './membership/rumour-queue.ts';
import { MOST_PAYLOAD, type Transport } from './net/transport.ts';
import type { Body } from './protocol/message.ts';
import { encodeMessage } from './protocol/message-codec.ts';
import { encodeRumour, type MemberId, type MemberRumour } from './protocol/rumour.ts';

export interface OutboxOptions {
  readonly transport: Transport;
  readonly queue: RumourQueue;
  readonly self: () => MemberRumour;
  readonly find: (id: MemberId) => Member | undefined;
  /** How often each rumour is told. */
  readonly tellings: () => number;
}

/** Members are offered in shuffles, and records in answers to digests: these carry what they were given, and no more. */
const CLOSED: readonly Body['type'][] = ['shuffle', 'shuffle-answer'];

export class Outbox {
  readonly #options: OutboxOptions;
  #isClosed = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** @param given encoded rumours that go with it in any case, as far as there is room */
  send(to: Destination, body: Body, given: readonly Uint8Array[] = []): void {
    if (this.#isClosed) return;
    const { transport, queue, self, tellings } = this.#options;
    const parts = [encodeMessage(self().id, to.id, body)];
    let room = MOST_PAYLOAD - parts[0].length;
    const put = (rumour: Uint8Array): void => {
      if (rumour.length > room) return;
      room -= rumour.length;
      parts.push(rumour);
    };
    if (!CLOSED.includes(body.type)) this.#accusationOf(to).forEach(put);
    given.forEach(put);
    if (!CLOSED.includes(body.type)) queue.take(room, tellings()).forEach(put);
    transport.send(parts.length === 1 ? parts[0] : Buffer.concat(parts), to.address);
  }

  /** With members to offer. */
  offer(to: Destination, body: Body, members: readonly MemberRumour[] = []): void {
    this.send(to, body, members.map(encodeRumour));
  }

  ping(id: MemberId, address: PeerAddress, sequence: number, isNeighbour: boolean): void {
    this.send({ id, address }, { type: 'ping', sequence, isNeighbour, self: this.#options.self() });
  }

  close(): void {
    this.#isClosed = true;
  }

  #accusationOf({ id }: Destination): Uint8Array[] {
    const member = this.#options.find(id);
    if (member === undefined || member.state === 'alive' || member.state === 'left') return [];
    return [encodeRumour(rumourOf(member, this.#options.self().id))];
  }
}
