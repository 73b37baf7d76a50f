// Heals what gossip left out: now and then a member compares sums with another, and what differs is told, both ways
// (Scuttlebutt). Invariant: an address that was not proven gets one datagram at most, whatever it asked for.

import type { Clock, Random, Timer } from '@enjambre/runtime';
import { type Destination, idBitsOf, type Member, rumourOf } from '../membership/member.ts';
import type { Membership } from '../membership/membership.ts';
import type { Body, DigestEntry } from '../protocol/message.ts';
import { DIGEST_ENTRY_LENGTH } from '../protocol/message-codec.ts';
import { encodeRumour } from '../protocol/rumour.ts';
import { bucketOf, type Summand, sumUp } from './digest.ts';
import type { RecordTable } from './record-table.ts';

export interface AntiEntropyOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly membership: Membership;
  readonly records: RecordTable;
  readonly isPartial: () => boolean;
  readonly partner: () => Member | undefined;
  readonly send: (to: Destination, body: Body, rumours?: readonly Uint8Array[]) => void;
  /** So much differs that everything had better be exchanged by stream. */
  readonly exchangeAll: (partner: Member) => void;
}

type Of<Type extends Body['type']> = Extract<Body, { type: Type }>;

/** What gossip left out is found within a few of these. */
const INTERVAL_MS = 5_000;
/** Gossip that has half a network to tell of leaves out more. */
const HURRIED_INTERVAL_MS = 1_500;
/** Either way, of the interval. */
const JITTER_SHARE = 0.2;
/** Bytes of rumours and of entries in one datagram, its header aside. */
const ROOM = 1_100;
const MOST_ENTRIES = Math.floor(ROOM / DIGEST_ENTRY_LENGTH);
/** Datagrams sent for one digest; the next round brings the rest. */
const MOST_DATAGRAMS = 8;
/** Entries that differ from which on a stream is cheaper. */
const STREAM_ENTRIES = 3 * MOST_ENTRIES;
/** Within so long after an answer to our ping an address counts as its owner's. */
const PROVEN_MS = 5 * 60_000;

export class AntiEntropy {
  readonly #options: AntiEntropyOptions;
  #timer: Timer | undefined;
  #isHurried = false;

  constructor(options: AntiEntropyOptions) {
    this.#options = options;
  }

  start(): void {
    this.#compareIn(INTERVAL_MS);
  }

  /** Somebody who was gone is back, and many more may be: the next comparison comes soon. */
  hurry(): void {
    if (this.#isHurried) return;
    this.#isHurried = true;
    this.#timer?.cancel();
    this.#compareIn(HURRIED_INTERVAL_MS);
  }

  stop(): void {
    this.#timer?.cancel();
  }

  summarised(partner: Member, { isPartial, sums }: Of<'summary'>): void {
    // Who knows only providers can compare only these: the other must send those sums.
    if (this.#options.isPartial() && !isPartial) return this.#sendSummary(partner);
    const ours = sumUp(this.#members(isPartial));
    const differing = Array.from(ours.keys()).filter((bucket) => ours[bucket] !== sums[bucket]);
    if (differing.length === 0) return;
    const among = new Set(differing);
    const entries = [...this.#members(isPartial)].filter(({ idBits }) => among.has(bucketOf(idBits)));
    if (entries.length > STREAM_ENTRIES) return this.#options.exchangeAll(partner);
    const buckets: number[] = [];
    const sent: DigestEntry[] = [];
    for (const bucket of differing) {
      const ofBucket = entries.filter(({ idBits }) => bucketOf(idBits) === bucket);
      if (sent.length + ofBucket.length > MOST_ENTRIES) continue;
      buckets.push(bucket);
      sent.push(...ofBucket);
    }
    if (buckets.length === 0) return this.#options.exchangeAll(partner);
    this.#options.send(partner, { type: 'digest', isPartial, isAnswer: false, buckets, entries: sent });
  }

  /** Sends what the partner lacks, and asks for what we lack. */
  digested(partner: Member, { isPartial, isAnswer, buckets, entries }: Of<'digest'>): void {
    const theirs = new Map(entries.map((entry) => [entry.id, entry]));
    const ours = new Map([...this.#members(isPartial)].map((entry) => [entry.id, entry]));
    const rumours: Uint8Array[] = [];
    const whole = new Set(buckets);
    for (const mine of ours.values()) {
      const their = theirs.get(mine.id);
      if (their !== undefined || whole.has(bucketOf(mine.idBits))) rumours.push(...this.#newsFor(mine, their));
    }
    const wanted: DigestEntry[] = [];
    for (const their of entries) {
      const mine = ours.get(their.id);
      if (mine === undefined) rumours.push(...this.#goneFor(their));
      const { incarnation = 0, floor = 0 } = mine ?? {};
      if (their.incarnation > incarnation || their.floor > floor) wanted.push({ id: their.id, incarnation, floor });
    }
    this.#tell(partner, rumours);
    if (isAnswer || wanted.length === 0) return;
    const asked = { isPartial, isAnswer: true, buckets: [], entries: wanted.slice(0, MOST_ENTRIES) };
    this.#options.send(partner, { type: 'digest', ...asked });
  }

  /** What a partner lacks of a provider that it knows so far, or not at all. */
  #newsFor(mine: Summand, their: DigestEntry | undefined): Uint8Array[] {
    const { membership, records } = this.#options;
    const rumours: Uint8Array[] = [];
    if (their === undefined || their.incarnation < mine.incarnation) {
      const member = membership.table.get(mine.id);
      rumours.push(encodeRumour(member === undefined ? membership.self : rumourOf(member, membership.self.id)));
    }
    const floor = their?.floor ?? 0;
    if (floor < mine.floor) rumours.push(...records.after(mine.id, floor).map(encodeRumour));
    return rumours;
  }

  /** Who is gone for us and there for the partner is put under suspicion there: it may know better, or ask. */
  #goneFor(their: DigestEntry): Uint8Array[] {
    const { membership } = this.#options;
    const member = membership.table.get(their.id);
    if (member === undefined || member.incarnation < their.incarnation) return [];
    if (member.state === 'left') return [encodeRumour(rumourOf(member))];
    if (member.state !== 'dead') return [];
    return [encodeRumour({ ...rumourOf(member), state: 'suspect', suspectedBy: membership.self.id })];
  }

  #tell(partner: Member, rumours: readonly Uint8Array[]): void {
    const isProven = partner.provenAtMs + PROVEN_MS > this.#options.clock.now();
    let from = 0;
    for (let sent = 0; from < rumours.length && sent < (isProven ? MOST_DATAGRAMS : 1); sent++) {
      const batch: Uint8Array[] = [];
      for (let room = ROOM; from < rumours.length && rumours[from].length <= room; from++) {
        room -= rumours[from].length;
        batch.push(rumours[from]);
      }
      this.#options.send(partner, { type: 'gossip' }, batch);
    }
  }

  #compareIn(delayMs: number): void {
    const { clock, random, partner: choose } = this.#options;
    const jitterMs = JITTER_SHARE * delayMs;
    this.#timer = clock.after(delayMs - jitterMs + random.below(2 * jitterMs), () => {
      this.#isHurried = false;
      const partner = choose();
      if (partner !== undefined) this.#sendSummary(partner);
      this.#compareIn(INTERVAL_MS);
    });
  }

  #sendSummary(partner: Member): void {
    const isPartial = this.#options.isPartial();
    this.#options.send(partner, { type: 'summary', isPartial, sums: sumUp(this.#members(isPartial)) });
  }

  /** Ourselves and everybody who is there, or those of them who provide something. */
  *#members(isPartial: boolean): Iterable<Summand> {
    const { membership, records } = this.#options;
    const { self, table } = membership;
    if (self.address.host !== '' && (self.provides || !isPartial)) {
      const { id, incarnation } = self;
      yield { id, idBits: idBitsOf(id), incarnation, floor: records.floorOf(id) };
    }
    for (const { id, idBits, incarnation, provides } of table.live) {
      if (provides || !isPartial) yield { id, idBits, incarnation, floor: records.floorOf(id) };
    }
  }
}
