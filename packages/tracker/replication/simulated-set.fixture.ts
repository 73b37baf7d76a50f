// A set of trackers in one process and in simulated time: the real stores and the real replication on a network in memory that
// loses, delays and cuts.

import type { PeerAddress } from '@enjambre/metainfo';
import { type Clock, FakeClock, type Random, seededRandom, silentLogger } from '@enjambre/runtime';
import { ChangeClock } from '../server/change-clock.ts';
import { SwarmStore } from '../server/swarm-store.ts';
import { isRefusal } from './gate.ts';
import { Replication } from './replication.ts';
import { parseSecretRing } from './secret-ring.ts';
import type { Message, TransportAnswer } from './transport.ts';

export const TIMEOUT_MS = 270_000;
const MOST_SILENT_MS = 2_000;
const SWEEP_MS = 5_000;
const PORT = 8080;

export interface SetSettings {
  readonly seed: number;
  readonly lossShare?: number;
  readonly leastLatencyMs?: number;
  readonly mostLatencyMs?: number;
  readonly secret?: string;
  /** By number, what its wall clock is ahead. */
  readonly aheadMs?: readonly number[];
  readonly maxPeers?: readonly number[];
}

/** One tracker of the set, for one run of its program. */
export class SimulatedTracker {
  readonly store: SwarmStore;
  readonly replication: Replication;
  readonly clock: Clock;
  /** Trackers of different sides do not reach each other. */
  side = 0;
  isDead = false;

  constructor(
    set: SimulatedSet,
    number: number,
    fellows: readonly PeerAddress[],
    secret: string,
    aheadMs: number,
    maxPeers: number,
  ) {
    const { clock, random } = set;
    this.clock = {
      now: () => clock.now(),
      wallTime: () => clock.wallTime() + aheadMs,
      after: (delayMs, callback) => clock.after(delayMs, () => this.isDead || callback()),
      every: (intervalMs, callback) => clock.every(intervalMs, () => this.isDead || callback()),
    };
    const stamps = new ChangeClock(() => this.clock.wallTime());
    const limits = { maxPeers, maxPeersPerSwarm: 5_000, maxNumWant: 50, order: 'random' } as const;
    this.store = new SwarmStore({ ...limits, clock: stamps, random });
    this.replication = new Replication({
      ...{ store: this.store, fellows, random, clock: this.clock, timeoutMs: TIMEOUT_MS, logger: silentLogger },
      ring: parseSecretRing(secret),
      transport: { post: (message) => set.carry(number, message), close: () => {} },
    });
    this.clock.every(SWEEP_MS, () => {
      this.store.removeSilent(this.clock.now(), TIMEOUT_MS);
      this.replication.sweep();
    });
  }
}

export class SimulatedSet {
  readonly clock = new FakeClock();
  readonly random: Random;
  readonly trackers: SimulatedTracker[] = [];
  /** Messages that came to somebody. */
  carried = 0;
  readonly #settings: Required<Omit<SetSettings, 'seed'>>;

  constructor(settings: SetSettings) {
    const { seed, ...rest } = settings;
    this.random = seededRandom(seed);
    const defaults = {
      lossShare: 0,
      leastLatencyMs: 1,
      mostLatencyMs: 20,
      secret: 'secret',
      aheadMs: [],
      maxPeers: [],
    };
    this.#settings = { ...defaults, ...rest };
  }

  /** @param secret another one than the set's */
  start(number: number, count: number, secret = this.#settings.secret): SimulatedTracker {
    const all = Array.from({ length: count }, (_, at) => ({ host: `10.0.0.${at}`, port: PORT }));
    const { aheadMs, maxPeers } = this.#settings;
    const tracker = new SimulatedTracker(this, number, all, secret, aheadMs[number] ?? 0, maxPeers[number] ?? 100_000);
    this.trackers[number] = tracker;
    tracker.replication.start();
    return tracker;
  }

  startAll(count: number): void {
    for (let number = 0; number < count; number++) this.start(number, count);
  }

  /** As a power cut does. */
  kill(number: number): void {
    this.trackers[number].isDead = true;
    this.trackers[number].replication.stop();
  }

  async advance(durationMs: number): Promise<void> {
    const until = this.clock.now() + durationMs;
    await this.#settle();
    while (this.clock.step(until)) await this.#settle();
    this.clock.advance(until - this.clock.now());
  }

  /** Milliseconds until it holds, at most `mostMs`; infinite when it does not by then. */
  async until(holds: () => boolean, mostMs: number, stepMs = 10): Promise<number> {
    const startMs = this.clock.now();
    while (!holds()) {
      if (this.clock.now() - startMs >= mostMs) return Number.POSITIVE_INFINITY;
      await this.advance(stepMs);
    }
    return this.clock.now() - startMs;
  }

  /** Announces to one of them. */
  announce(number: number, peer: SimulatedPeer): void {
    const tracker = this.trackers[number];
    const { infoHash, compact, peerId, remaining = 1, event } = peer;
    const asked = { infoHash, compact, peerId, remaining, event, numWant: 0, family: 'both' } as const;
    tracker.store.announce(asked, tracker.clock.now());
  }

  carry(from: number, { to, path, authorization, body }: Message): Promise<TransportAnswer | string> {
    const sender = this.trackers[from];
    return new Promise((resolve) => {
      const end = (outcome: TransportAnswer | string): void => {
        if (!sender.isDead) resolve(outcome);
      };
      sender.clock.after(MOST_SILENT_MS, () => end('silent'));
      this.#after(sender, Number(to.host.split('.')[3]), (receiver) => {
        const target = { method: 'POST', path };
        const signed = receiver.replication.admit(target, authorization);
        const outcome = isRefusal(signed) ? signed : receiver.replication.answer(target, signed, Buffer.from(body));
        this.#after(receiver, from, () => end(answerOf(outcome)));
      });
    });
  }

  #after(sender: SimulatedTracker, to: number, arrive: (receiver: SimulatedTracker) => void): void {
    const { lossShare, leastLatencyMs, mostLatencyMs } = this.#settings;
    if (this.random.below(1000) < lossShare * 1000) return;
    this.clock.after(leastLatencyMs + this.random.below(mostLatencyMs - leastLatencyMs + 1), () => {
      const receiver = this.trackers[to];
      if (receiver === undefined || receiver.side !== sender.side || receiver.isDead || sender.isDead) return;
      this.carried++;
      arrive(receiver);
    });
  }

  /** Promises that are due go on before the time does. */
  #settle(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}

export interface SimulatedPeer {
  readonly infoHash: Uint8Array;
  readonly compact: Uint8Array;
  readonly peerId: Uint8Array;
  readonly remaining?: number;
  readonly event?: 'started' | 'completed' | 'stopped';
}

/** A peer of a swarm, both by number; every third speaks IPv6. */
export function peerOf(swarm: number, number: number, more: Partial<SimulatedPeer> = {}): SimulatedPeer {
  const infoHash = Buffer.alloc(20, swarm % 251);
  infoHash.writeUInt32BE(Math.imul(swarm, 0x9e3779b1) >>> 0);
  const compact = Buffer.alloc(number % 3 === 0 ? 18 : 6, 1);
  compact.writeUInt32BE(number);
  return { infoHash, compact, peerId: Buffer.alloc(20, number % 256), ...more };
}

/** Everything that a tracker would tell clients, and by which stamp. */
export function contentOf({ store, clock }: Pick<SimulatedTracker, 'store' | 'clock'>): string[] {
  const lines: string[] = [];
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  for (const { infoHash, completed } of store.swarms()) {
    lines.push(`${hex(infoHash)} completed ${completed}`);
    for (const { compact, peerId, remaining, stamp } of store.peersOf(infoHash, clock.now())) {
      lines.push(`${[infoHash, compact, peerId].map(hex).join(' ')} ${remaining} ${stamp}`);
    }
  }
  return lines.sort();
}

export function agree(trackers: readonly SimulatedTracker[]): boolean {
  const [first, ...others] = trackers.filter(({ isDead }) => !isDead).map((one) => contentOf(one).join('\n'));
  return others.every((other) => other === first);
}

function answerOf(outcome: ReturnType<Replication['answer']>): TransportAnswer {
  if (!isRefusal(outcome)) return { status: 200, ...outcome };
  const { status, code, sentence } = outcome;
  return { status, signature: undefined, body: Buffer.from(JSON.stringify({ error: sentence, code })) };
}
