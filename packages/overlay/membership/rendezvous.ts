// How a member finds the others: bootstraps by name, those it knew before, and the dead, who may have been cut off only.
// Invariant: alone it never gives up, and once it knows anybody no bootstrap is needed any more.

import { formatAddress, type PeerAddress, parseIpAddress } from '@enjambre/metainfo';
import { type Clock, type Random, shuffle, type Timer } from '@enjambre/runtime';
import type { Member } from './member.ts';
import type { MemberTable } from './member-table.ts';

/** Where a program keeps what must outlive it. Neither may throw; what is lost costs only time. */
export interface ContactStore {
  load(): readonly PeerAddress[];
  save(contacts: readonly PeerAddress[]): void;
}

export interface RendezvousOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly table: MemberTable;
  /** Hosts may be names, which are resolved anew at each try: Docker's come and go. */
  readonly bootstraps: readonly PeerAddress[];
  readonly store: ContactStore | undefined;
  readonly resolve: (host: string, done: (addresses: readonly string[]) => void) => void;
  readonly isOurs: (address: PeerAddress) => boolean;
  /** Tells somebody at this address all we know, and asks the same. */
  readonly introduce: (address: PeerAddress) => void;
  /** Asks somebody dead whether it is there. */
  readonly call: (member: Member) => void;
}

/** Between tries while alone: others may be only just starting. */
const FIRST_RETRY_MS = 500;
const MOST_RETRY_MS = 4_000;
/** Bootstraps that are no members, seen from one who is not alone: two networks that should be one. */
const BOOTSTRAP_CHECK_MS = 15_000;
/** Kept members that are tried at once; the next try takes others. */
const TRIED_AT_ONCE = 6;
const KEPT_CONTACTS = 64;
/** Whoever is killed soon after it joined must find the others too; nothing is written while nothing changes. */
const SAVE_INTERVAL_MS = 2_000;
const CALL_INTERVAL_MS = 1_000;

export class Rendezvous {
  readonly #options: RendezvousOptions;
  readonly #timers: Timer[] = [];
  #kept: readonly PeerAddress[];
  #retryMs = FIRST_RETRY_MS;
  #saved = '';
  #nextLookMs = 0;
  #isStopped = false;

  constructor(options: RendezvousOptions) {
    this.#options = options;
    this.#kept = options.store?.load().slice(0, KEPT_CONTACTS) ?? [];
  }

  start(): void {
    const { clock } = this.#options;
    this.#timers.push(clock.every(CALL_INTERVAL_MS, () => this.#callTheDead()));
    this.#timers.push(clock.every(SAVE_INTERVAL_MS, () => this.save()));
    this.#look();
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) timer.cancel();
    this.save();
  }

  /** Clock time at which bootstraps, and kept members while alone, are tried again. */
  get nextLookMs(): number {
    return this.#nextLookMs;
  }

  /** Writes down whom to ask next time, when that has changed. */
  save(): void {
    const { store, table } = this.#options;
    if (store === undefined || table.live.size === 0) return;
    const contacts = table.live.sample(KEPT_CONTACTS).map(({ address }) => address);
    // A sample of many differs each time, which is no reason to write it each time.
    const content = table.live.size > KEPT_CONTACTS ? 'many' : contacts.map(formatAddress).sort().join();
    if (content !== this.#saved) store.save(contacts);
    this.#saved = content;
    this.#kept = contacts;
  }

  #look(): void {
    if (this.#isStopped) return;
    const { clock, table, random, bootstraps } = this.#options;
    const isAlone = table.live.size === 0;
    for (const bootstrap of bootstraps) this.#tryByName(bootstrap);
    if (isAlone) for (const contact of shuffle([...this.#kept], random).slice(0, TRIED_AT_ONCE)) this.#try(contact);
    const waitMs = isAlone ? this.#retryMs : BOOTSTRAP_CHECK_MS;
    this.#retryMs = isAlone ? Math.min(2 * this.#retryMs, MOST_RETRY_MS) : FIRST_RETRY_MS;
    const delayMs = waitMs / 2 + random.below(waitMs);
    this.#nextLookMs = clock.now() + delayMs;
    clock.after(delayMs, () => this.#look());
  }

  #tryByName({ host, port }: PeerAddress): void {
    if (parseIpAddress(host) !== undefined) return this.#try({ host, port });
    this.#options.resolve(host, (addresses) => {
      for (const address of addresses) this.#try({ host: address, port });
    });
  }

  #try(address: PeerAddress): void {
    const { table, isOurs, introduce } = this.#options;
    const there = table.at(address);
    if (this.#isStopped || isOurs(address) || (there !== undefined && table.live.has(there))) return;
    introduce(address);
  }

  /** About once a second somebody calls each of the dead: after a partition that is enough, and it is little. */
  #callTheDead(): void {
    const { table, random, call } = this.#options;
    const { live, dead } = table;
    if (dead.size > 0 && random.below(live.size + 1) < dead.size) call(dead.pick()!);
  }
}
