// What comes in, each message to the part that it concerns. Invariant: nothing that a datagram says may throw or be
// answered by more than one datagram of like size, but where its sender's address was proven.

import type { PeerAddress } from '@enjambre/metainfo';
import type { Clock, Logger } from '@enjambre/runtime';
import { isLive, type Member } from './membership/member.ts';
import type { Membership } from './membership/membership.ts';
import type { Neighbourhood } from './membership/neighbourhood.ts';
import { isLoopback } from './membership/own-address.ts';
import type { Prober } from './membership/prober.ts';
import type { Outbox } from './outbox.ts';
import type { Body, Message } from './protocol/message.ts';
import { decodeMessage } from './protocol/message-codec.ts';
import { ProtocolError } from './protocol/protocol-error.ts';
import { encodeRumour, type MemberRumour, type RecordRumour, type Rumour } from './protocol/rumour.ts';
import type { AntiEntropy } from './records/anti-entropy.ts';

export interface InboxOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly membership: Membership;
  readonly neighbourhood: Neighbourhood;
  readonly prober: Prober;
  readonly antiEntropy: AntiEntropy;
  readonly outbox: Outbox;
  readonly applyRecord: (record: RecordRumour) => void;
  /** Somebody sees us at this host. */
  readonly seenAt: (host: string) => void;
  /** Somebody whom we held for dead answers. */
  readonly revived: (member: Member) => void;
}

type Of<Type extends Body['type']> = Extract<Body, { type: Type }>;

export class Inbox {
  readonly #options: InboxOptions;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  datagram(payload: Uint8Array, from: PeerAddress): void {
    const { membership, logger } = this.#options;
    try {
      const message = decodeMessage(payload);
      const { self } = membership;
      // To one that was here before us, or to ourselves through somebody's list.
      if (message.to !== self.id || message.from === self.id || membership.hasLeft) return;
      this.#receive(message, from);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      logger.log('debug', 'a datagram that makes no sense', { from: from.host, reason: error.message });
    }
  }

  #receive({ from: id, body, rumours }: Message, from: PeerAddress): void {
    const { membership, neighbourhood, prober, antiEntropy, outbox } = this.#options;
    const sender = membership.table.get(id);
    switch (body.type) {
      case 'ping':
        this.#greet(body, id, from);
        break;
      case 'ack':
        this.#takeAnswer(body, sender, from);
        prober.acked(body.sequence, id);
        break;
      case 'relay':
        prober.relay(body.sequence, body.target, body.address, id, from);
        break;
      case 'nack':
        prober.nacked(body.sequence);
        break;
      case 'summary':
        if (sender !== undefined) antiEntropy.summarised(sender, body);
        break;
      case 'digest':
        if (sender !== undefined) antiEntropy.digested(sender, body);
        break;
      case 'shuffle':
        if (!neighbourhood.isPartial) break;
        if (neighbourhood.views.shuffled(body.steps, hosted(body.origin, from), id, membersOf(rumours))) {
          for (const one of membersOf(rumours)) neighbourhood.keep(one);
        }
        return;
      case 'shuffle-answer':
        for (const one of membersOf(rumours)) neighbourhood.keep(one);
        return;
      case 'neighbour-ask':
        this.#introduce(id, body.self, from, (member) => neighbourhood.views.asked(member, body.isAlone));
        break;
      case 'neighbour-answer':
        if (sender !== undefined && neighbourhood.isPartial) neighbourhood.views.answered(sender, body.accepted);
        break;
      case 'part':
        if (sender !== undefined) neighbourhood.views.parted(sender);
        break;
      default: // Gossip is all rumours; states come by stream.
    }
    this.#hear(rumours, from);
    if (body.type !== 'ping') return;
    // Whoever accuses us may have missed our refutation, however old; it is what the answer is for.
    const given = membership.isAccusedBy(rumours) ? [encodeRumour(membership.self)] : [];
    const { isPartial } = neighbourhood;
    outbox.send({ id, address: from }, { type: 'ack', sequence: body.sequence, seenHost: from.host, isPartial }, given);
  }

  #greet({ isNeighbour, self }: Of<'ping'>, id: string, from: PeerAddress): void {
    const { neighbourhood, membership } = this.#options;
    const isKnown = membership.table.get(id) !== undefined;
    if (isKnown || isNeighbour || !neighbourhood.isPartial || neighbourhood.views.hasRoom) {
      this.#introduce(id, self, from, (member) => {
        if (isNeighbour && neighbourhood.isPartial) neighbourhood.views.pingedAsNeighbour(member);
      });
    }
  }

  #takeAnswer({ seenHost, isPartial }: Of<'ack'>, sender: Member | undefined, from: PeerAddress): void {
    const { clock, seenAt, revived, neighbourhood } = this.#options;
    seenAt(seenHost);
    if (sender === undefined || seenHost === '') return;
    if (sender.address.host === from.host && sender.address.port === from.port) sender.provenAtMs = clock.now();
    if (sender.state === 'dead') revived(sender);
    // One that only this word makes known of is no member yet; what a member says of the network holds for all.
    if (isPartial && isLive(sender)) neighbourhood.becomePartial();
  }

  /** Somebody speaks of itself. */
  #introduce(id: string, self: MemberRumour, from: PeerAddress, then: (member: Member) => void): void {
    const { membership, neighbourhood } = this.#options;
    if (self.id !== id || self.state !== 'alive') throw new ProtocolError('somebody else, or not alive');
    const rumour = hosted(self, from);
    membership.apply(rumour);
    if (membership.table.get(id) === undefined) neighbourhood.keep(rumour);
    const member = membership.table.get(id);
    if (member !== undefined && isLive(member)) then(member);
  }

  #hear(rumours: readonly Rumour[], from: PeerAddress): void {
    const { membership, applyRecord } = this.#options;
    const isNear = rumours.length === 0 || isLoopback(from.host);
    for (const rumour of rumours) {
      // Another machine's loopback is not ours: that member will be seen elsewhere soon, and say so.
      if (rumour.kind === 'member' && (isNear || !isLoopback(rumour.address.host))) membership.apply(rumour);
    }
    // Of somebody unknown records are no use: whom a rumour beside them makes known must be known first.
    for (const rumour of rumours) if (rumour.kind === 'record') applyRecord(rumour);
  }
}

function hosted(rumour: MemberRumour, from: PeerAddress): MemberRumour {
  if (rumour.address.host !== '') return rumour;
  return { ...rumour, address: { host: from.host, port: rumour.address.port } };
}

function membersOf(rumours: readonly Rumour[]): MemberRumour[] {
  return rumours.filter((rumour) => rumour.kind === 'member');
}
