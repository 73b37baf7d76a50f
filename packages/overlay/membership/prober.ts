// Asks one member after another whether it is there (SWIM): directly, then through others, then it is suspected. Answers
// the same questions of others, and asks for them. Invariant: a probe ends once, with an answer or a suspicion; what fell
// due while we ourselves stood still ends nobody.

import type { PeerAddress } from '@enjambre/metainfo';
import type { Clock, Random } from '@enjambre/runtime';
import type { Body } from '../protocol/message.ts';
import type { MemberId } from '../protocol/rumour.ts';
import type { LocalHealth } from './local-health.ts';
import type { Member } from './member.ts';

export interface ProberOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly health: LocalHealth;
  readonly next: () => Member | undefined;
  /** Up to `count` live members other than this one. */
  readonly relays: (count: number, except: Member) => Member[];
  readonly ping: (id: MemberId, address: PeerAddress, sequence: number) => void;
  readonly send: (id: MemberId, address: PeerAddress, body: Body) => void;
  readonly silent: (member: Member) => void;
}

/** All times are multiplied by our local health, but the relays'. */
const INTERVAL_MS = 1_000;
/** Ten times a slow round trip within one's own network. */
const DIRECT_TIMEOUT_MS = 500;
/** A relay says so early enough that the one who asked still hears it within the interval. */
const RELAY_TIMEOUT_MS = 350;
const RELAYS = 3;
/** A verdict that comes so late shows that we stood still: answers may lie unread. */
const STALL_MS = 200;
const CATCH_UP_MS = 500;
/** Pings we make for others at a time: each is small, but nobody needs more of us. */
const MOST_RELAYED = 256;

interface Probe {
  readonly member: Member;
  readonly sequence: number;
  nacks: number;
}

interface Relayed {
  readonly target: MemberId;
  readonly answer: () => void;
}

export class Prober {
  readonly #options: ProberOptions;
  readonly #relayed = new Map<number, Relayed>();
  #probe: Probe | undefined;
  #sequence: number;
  #stopped = false;

  constructor(options: ProberOptions) {
    this.#options = options;
    this.#sequence = options.random.below(2 ** 31);
  }

  start(): void {
    // Members that are started together must not probe together for ever.
    this.#schedule(this.#options.random.below(INTERVAL_MS));
  }

  stop(): void {
    this.#stopped = true;
  }

  /** A sequence number for a ping that nothing hangs on: the answer only proves the address. */
  nextSequence(): number {
    this.#sequence = (this.#sequence + 1) >>> 0;
    return this.#sequence;
  }

  /** An answer came, from the member itself or from one that asked it for us. */
  acked(sequence: number, from: MemberId): void {
    const relayed = this.#relayed.get(sequence);
    if (relayed?.target === from) {
      this.#relayed.delete(sequence);
      relayed.answer();
    }
    if (this.#probe?.sequence !== sequence) return;
    this.#probe = undefined;
    this.#options.health.better();
  }

  nacked(sequence: number): void {
    if (this.#probe?.sequence === sequence) this.#probe.nacks++;
  }

  /** Another member asks us to ping `target` for it. */
  relay(sequence: number, target: MemberId, address: PeerAddress, asker: MemberId, askerAddress: PeerAddress): void {
    if (this.#relayed.size >= MOST_RELAYED) return;
    const { clock, ping, send } = this.#options;
    const own = this.nextSequence();
    const answer = (): void => send(asker, askerAddress, { type: 'ack', sequence, seenHost: '', isPartial: false });
    this.#relayed.set(own, { target, answer });
    ping(target, address, own);
    clock.after(RELAY_TIMEOUT_MS, () => {
      if (this.#relayed.delete(own)) send(asker, askerAddress, { type: 'nack', sequence });
    });
  }

  #schedule(delayMs: number): void {
    this.#options.clock.after(delayMs, () => {
      if (this.#stopped) return;
      const { health, next } = this.#options;
      const member = next();
      if (member === undefined) this.#schedule(INTERVAL_MS);
      else this.#start(member, health.factor);
    });
  }

  #start(member: Member, factor: number): void {
    const { clock, ping } = this.#options;
    const probe: Probe = { member, sequence: this.nextSequence(), nacks: 0 };
    this.#probe = probe;
    ping(member.id, member.address, probe.sequence);
    clock.after(DIRECT_TIMEOUT_MS * factor, () => this.#askOthers(probe));
    const intervalMs = INTERVAL_MS * factor;
    this.#judge(probe, clock.now() + intervalMs);
  }

  #askOthers(probe: Probe): void {
    if (this.#probe !== probe || this.#stopped) return;
    const { relays, send, ping } = this.#options;
    const { member, sequence } = probe;
    // The first one may just have been lost.
    ping(member.id, member.address, sequence);
    for (const relay of relays(RELAYS, member)) {
      send(relay.id, relay.address, { type: 'relay', sequence, target: member.id, address: member.address });
    }
  }

  #judge(probe: Probe, dueMs: number): void {
    const { clock, health, silent } = this.#options;
    clock.after(dueMs - clock.now(), () => {
      if (this.#stopped) return;
      const lateMs = clock.now() - dueMs;
      if (this.#probe === probe && lateMs > STALL_MS) {
        health.worse();
        return this.#judge(probe, clock.now() + CATCH_UP_MS);
      }
      if (this.#probe === probe) {
        this.#probe = undefined;
        // No relay even said that it is silent: then it may be us whom nothing reaches. One that did shows that we are
        // well; counting the others, as Lifeguard does, makes everybody slow just when half of all are gone.
        if (probe.nacks === 0) health.worse();
        silent(probe.member);
      }
      this.#schedule(0);
    });
  }
}
