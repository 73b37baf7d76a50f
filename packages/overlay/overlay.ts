// A member of the overlay. It only puts the parts together: membership says who is there, neighbourhood whom to deal
// with, records who provides what. Invariant: only what a live member provides is handed out, and after `stop` nothing
// is sent.

import { type PeerAddress, parseIpAddress } from '@enjambre/metainfo';
import type { Clock, Logger, Random, Timer } from '@enjambre/runtime';
import { Inbox } from './inbox.ts';
import { Gossip } from './membership/gossip.ts';
import { LocalHealth } from './membership/local-health.ts';
import { isLive, type Member } from './membership/member.ts';
import { Membership, REFRESH_MS } from './membership/membership.ts';
import { Neighbourhood } from './membership/neighbourhood.ts';
import { OwnAddress } from './membership/own-address.ts';
import { Prober } from './membership/prober.ts';
import { type ContactStore, Rendezvous } from './membership/rendezvous.ts';
import { RumourQueue } from './membership/rumour-queue.ts';
import { suspicionTimesOf, tellingsOf } from './membership/scale.ts';
import type { Transport } from './net/transport.ts';
import { Outbox } from './outbox.ts';
import type { MemberState, RecordRumour, Rumour } from './protocol/rumour.ts';
import { AntiEntropy } from './records/anti-entropy.ts';
import { OwnRecords, type Provision } from './records/own-records.ts';
import { type Provider, type ProviderListener, Providers } from './records/providers.ts';
import { RecordTable } from './records/record-table.ts';
import { StateExchange } from './state-exchange.ts';

export interface OverlayOptions {
  /** Bound already. */
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Members to start from; a host may be a name. */
  readonly bootstraps: readonly PeerAddress[];
  /** Name or address at which others reach us. Undefined: where they see us. */
  readonly hostname?: string | undefined;
  /** Keeps known members over a restart. */
  readonly store?: ContactStore | undefined;
}

const ID_LENGTH = 8;
const SWEEP_MS = 10_000;
/** Our own name is looked up again so often. */
const HOSTNAME_MS = 60_000;
/** Members that are told that we leave, each time; they tell the others. */
const FAREWELLS = 8;
const FAREWELL_INTERVAL_MS = 50;

export class Overlay {
  readonly #options: OverlayOptions;
  readonly #membership: Membership;
  readonly #neighbourhood: Neighbourhood;
  readonly #ownAddress: OwnAddress;
  readonly #health = new LocalHealth();
  readonly #queue = new RumourQueue();
  readonly #records = new RecordTable();
  readonly #ownRecords: OwnRecords;
  readonly #providers: Providers;
  readonly #outbox: Outbox;
  readonly #gossip: Gossip;
  readonly #prober: Prober;
  readonly #antiEntropy: AntiEntropy;
  readonly #stateExchange: StateExchange;
  readonly #rendezvous: Rendezvous;
  readonly #timers: Timer[] = [];

  /** Nothing is sent before `start`. */
  constructor(options: OverlayOptions) {
    this.#options = options;
    const { transport, clock, random, logger, bootstraps, store, hostname } = options;
    const world = { clock, random, logger };
    const isAddress = hostname !== undefined && parseIpAddress(hostname) !== undefined;
    this.#ownAddress = new OwnAddress(isAddress ? hostname : undefined);
    const id = Buffer.from(random.bytes(ID_LENGTH)).toString('hex');
    const membership = new Membership({
      ...world,
      id,
      address: { host: this.#ownAddress.host, port: transport.port },
      suspicionTimes: () => suspicionTimesOf(this.#neighbourhood.size),
      admits: (rumour) => this.#neighbourhood.admits(rumour),
      spread: (rumour) => this.#spread(rumour),
      changed: (member, before) => this.#changed(member, before),
      call: (member) => this.#call(member),
      accused: () => this.#health.worse(),
    });
    const { table } = membership;
    this.#membership = membership;
    this.#outbox = new Outbox({
      ...{ transport, queue: this.#queue, self: () => membership.self, find: (one) => table.get(one) },
      tellings: () => tellingsOf(this.#neighbourhood.size),
    });
    const outbox = this.#outbox;
    const neighbourhood = new Neighbourhood({
      ...{ ...world, membership },
      send: (to, body, offered) => outbox.offer(to, body, offered),
    });
    this.#neighbourhood = neighbourhood;
    this.#ownRecords = new OwnRecords(id, this.#records);
    this.#providers = new Providers(id, this.#records, table);
    this.#gossip = new Gossip({
      ...{ ...world, queue: this.#queue },
      targets: (count) => neighbourhood.sample(count),
      tell: (member) => outbox.send(member, { type: 'gossip' }),
    });
    this.#prober = new Prober({
      ...{ ...world, health: this.#health },
      next: () => neighbourhood.nextToProbe(),
      relays: (count, except) => neighbourhood.sample(count, (one) => one !== except && one.state === 'alive'),
      ping: (to, address, sequence) => outbox.ping(to, address, sequence, neighbourhood.isNeighbour(to)),
      send: (to, address, body) => outbox.send({ id: to, address }, body),
      silent: (member) => membership.suspect(member),
    });
    this.#stateExchange = new StateExchange({
      ...{ ...world, transport, membership, neighbourhood, records: this.#records },
      applyRecord: (record, spread) => this.#applyRecord(record, spread),
      seenAt: (host) => this.#seenAt(host),
      call: (member) => this.#call(member),
    });
    this.#antiEntropy = new AntiEntropy({
      ...{ ...world, membership, records: this.#records, isPartial: () => neighbourhood.isPartial },
      partner: () => neighbourhood.sample(1)[0],
      send: (to, body, rumours) => outbox.send(to, body, rumours),
      exchangeAll: (partner) => this.#stateExchange.refresh(partner.address),
    });
    this.#rendezvous = new Rendezvous({
      ...{ ...world, table, bootstraps, store },
      resolve: (host, done) => transport.resolve(host, done),
      isOurs: ({ host, port }) => port === transport.port && host === this.#ownAddress.host,
      introduce: (address) => this.#stateExchange.introduce(address),
      call: (member) => this.#call(member),
    });
  }

  /** Joins, and goes on trying while it is alone. */
  start(): void {
    const { transport, clock } = this.#options;
    const inbox = new Inbox({
      ...{ clock, logger: this.#options.logger, membership: this.#membership, neighbourhood: this.#neighbourhood },
      ...{ prober: this.#prober, antiEntropy: this.#antiEntropy, outbox: this.#outbox },
      applyRecord: (record) => this.#applyRecord(record, true),
      seenAt: (host) => this.#seenAt(host),
      revived: (member) => this.#stateExchange.refresh(member.address),
    });
    transport.receive({
      datagram: (payload, from) => inbox.datagram(payload, from),
      question: (payload, from) => this.#stateExchange.answer(payload, from),
    });
    this.#timers.push(clock.every(SWEEP_MS, () => this.#sweep()));
    this.#timers.push(clock.every(HOSTNAME_MS, () => this.#lookUpHostname()));
    this.#lookUpHostname();
    this.#refreshLater();
    this.#prober.start();
    this.#antiEntropy.start();
    this.#rendezvous.start();
  }

  /** We provide this. @param infoHash 40 hexadecimal digits */
  provide(infoHash: string, provision: Provision): void {
    const rumour = this.#ownRecords.set(infoHash, provision);
    if (rumour === undefined || this.#membership.hasLeft) return;
    if (!this.#membership.self.provides) this.#membership.announce({ provides: true });
    this.#spread(rumour);
  }

  /** We provide this no longer. */
  withdraw(infoHash: string): void {
    const rumour = this.#ownRecords.remove(infoHash);
    if (rumour === undefined || this.#membership.hasLeft) return;
    this.#spread(rumour);
    if (this.#ownRecords.isEmpty) this.#membership.announce({ provides: false });
  }

  /** Everybody else who provides it, as far as known now. */
  providers(infoHash: string): Provider[] {
    return this.#providers.of(infoHash);
  }

  /** Tells of each provider that is new, or back. @returns what ends it */
  watch(infoHash: string, listener: ProviderListener): () => void {
    return this.#providers.watch(infoHash, listener);
  }

  /** Members that are there, as far as known, ourselves apart; in a large network those we deal with and all providers. */
  get memberCount(): number {
    return this.#membership.table.live.size;
  }

  /** Milliseconds until it looks for others again; undefined where it need not, because some are there. */
  get nextLookInMs(): number | undefined {
    return this.memberCount > 0 ? undefined : Math.max(0, this.#rendezvous.nextLookMs - this.#options.clock.now());
  }

  /** Whether a member is there, as far as known: one that is suspected still is. */
  isMember(address: PeerAddress): boolean {
    const { table } = this.#membership;
    const member = table.at(address);
    return member !== undefined && isLive(member);
  }

  /** Says that we leave, and ends; the transport is closed then. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) timer.cancel();
    this.#rendezvous.stop();
    this.#prober.stop();
    this.#antiEntropy.stop();
    this.#neighbourhood.stop();
    this.#membership.leave();
    this.#gossip.stop();
    this.#gossip.tellNow(FAREWELLS);
    await new Promise<void>((resolve) => this.#options.clock.after(FAREWELL_INTERVAL_MS, resolve));
    this.#gossip.tellNow(FAREWELLS);
    this.#outbox.close();
    await this.#options.transport.close();
  }

  #spread(rumour: Rumour): void {
    this.#queue.add(rumour);
    this.#gossip.wake();
  }

  #applyRecord(record: RecordRumour, spread: boolean): void {
    const { self, table } = this.#membership;
    // Whose owner we never heard of has nobody's address; digests bring both together.
    if (record.owner === self.id || table.get(record.owner) === undefined || !this.#records.apply(record)) return;
    if (spread) this.#spread(record);
    this.#providers.recordChanged(record);
  }

  #changed(member: Member, before: MemberState | undefined): void {
    this.#neighbourhood.changed(member, before === undefined);
    if (member.state === 'left') this.#records.forget(member.id);
    if (member.state === 'alive' && before === 'dead') this.#antiEntropy.hurry();
    if (member.state === 'alive' && before !== 'alive') this.#providers.memberCameBack(member);
  }

  #call({ id, address }: Member): void {
    this.#outbox.ping(id, address, this.#prober.nextSequence(), false);
  }

  #seenAt(host: string): void {
    if (this.#ownAddress.seen(host)) this.#tellAddress();
  }

  #tellAddress(): void {
    this.#membership.announce({ address: { host: this.#ownAddress.host, port: this.#options.transport.port } });
  }

  #lookUpHostname(): void {
    const { hostname, transport, logger } = this.#options;
    if (hostname === undefined || parseIpAddress(hostname) !== undefined) return;
    transport.resolve(hostname, ([address]) => {
      if (address === undefined) logger.log('debug', 'our own name cannot be resolved', { hostname });
      else if (this.#ownAddress.give(address)) this.#tellAddress();
    });
  }

  #refreshLater(): void {
    const { clock, random } = this.#options;
    const delayMs = REFRESH_MS / 2 + random.below(REFRESH_MS / 2);
    this.#timers[2] = clock.after(delayMs, () => {
      if (!this.#neighbourhood.isPartial || this.#membership.self.provides) this.#membership.announce();
      this.#refreshLater();
    });
  }

  #sweep(): void {
    this.#membership.sweep();
    this.#neighbourhood.check();
    this.#gossip.wake();
  }
}
