// A network in memory for overlay members: datagrams that take their time and get lost, hosts that stand still or die,
// partitions. Deterministic: time is a fake clock's, chance is seeded.

import type { PeerAddress } from '@enjambre/metainfo';
import { MOST_PAYLOAD, type Receiver, type Transport } from '@enjambre/overlay';
import type { Clock, Random } from '@enjambre/runtime';
import { StallingClock } from './stalling-clock.ts';

export interface NetworkSettings {
  readonly leastLatencyMs: number;
  readonly mostLatencyMs: number;
  /** Share of the datagrams that never arrive. */
  readonly lossShare: number;
}

/** What sealing, UDP and IPv4 add to each message. */
const OVERHEAD = 39 + 8 + 20;
const PORT = 6000;
/** Round trips that a question by stream takes: one to connect, one to ask. */
const STREAM_TRIPS = 2;
const STREAM_TIMEOUT_MS = 3_000;
/** What a lost packet costs a stream. */
const RESEND_MS = 200;
/** After standing still timers run before sockets are read. */
const AFTER_TIMERS_MS = 0.1;

export class Host implements Transport {
  readonly port = PORT;
  readonly address: PeerAddress;
  readonly clock: StallingClock;
  sentBytes = 0;
  sentDatagrams = 0;
  isDead = false;
  /** Hosts of different sides do not reach each other. */
  side = 0;
  stalledUntilMs = 0;
  receiver: Receiver | undefined;
  readonly #network: DatagramNetwork;

  constructor(network: DatagramNetwork, host: string) {
    this.#network = network;
    this.address = { host, port: PORT };
    this.clock = new StallingClock(network.clock);
  }

  receive(receiver: Receiver): void {
    this.receiver = receiver;
  }

  send(payload: Uint8Array, to: PeerAddress): void {
    if (payload.length > MOST_PAYLOAD) throw new Error(`a datagram of ${payload.length} bytes`);
    this.#network.carry(this, payload, to);
  }

  ask(payload: Uint8Array, to: PeerAddress, done: (answer: Uint8Array | undefined) => void): void {
    this.#network.question(this, payload, to, done);
  }

  resolve(host: string, done: (addresses: readonly string[]) => void): void {
    done([host]);
  }

  async close(): Promise<void> {
    this.die();
  }

  die(): void {
    this.isDead = true;
    this.clock.stop();
  }

  stall(durationMs: number): void {
    this.stalledUntilMs = this.clock.now() + durationMs;
    this.clock.stall(durationMs);
  }
}

export class DatagramNetwork {
  readonly clock: Clock;
  readonly #random: Random;
  readonly #settings: NetworkSettings;
  readonly #hosts = new Map<string, Host>();

  constructor(clock: Clock, random: Random, settings: NetworkSettings) {
    this.clock = clock;
    this.#random = random;
    this.#settings = settings;
  }

  /** @param number up to 65,535; a host that was there before under that number is gone */
  host(number: number): Host {
    const host = new Host(this, `10.0.${number >> 8}.${number & 255}`);
    this.#hosts.set(host.address.host, host);
    return host;
  }

  carry(from: Host, payload: Uint8Array, to: PeerAddress): void {
    if (from.isDead) return;
    from.sentBytes += payload.length + OVERHEAD;
    from.sentDatagrams++;
    if (this.#happens(this.#settings.lossShare)) return;
    this.clock.after(this.#latencyMs(), () => {
      const host = this.#reached(from, to);
      if (host !== undefined) awake(host, () => host.receiver?.datagram(payload, from.address));
    });
  }

  question(from: Host, payload: Uint8Array, to: PeerAddress, done: (answer: Uint8Array | undefined) => void): void {
    if (from.isDead) return;
    from.sentBytes += payload.length + OVERHEAD;
    let isDone = false;
    const finish = (answer: Uint8Array | undefined): void => {
      if (isDone) return;
      isDone = true;
      if (!from.isDead) awake(from, () => done(answer));
    };
    this.clock.after(STREAM_TIMEOUT_MS, () => finish(undefined));
    this.clock.after(this.#streamMs(), () => {
      const host = this.#reached(from, to);
      if (host === undefined) return;
      awake(host, () => {
        const answer = host.receiver?.question(payload, from.address);
        host.sentBytes += answer?.length ?? 0;
        this.clock.after(this.#latencyMs(), () => {
          if (this.#reached(host, from.address) === from) finish(answer);
        });
      });
    });
  }

  #reached(from: Host, to: PeerAddress): Host | undefined {
    const host = this.#hosts.get(to.host);
    return host === undefined || host.isDead || host.side !== from.side || to.port !== PORT ? undefined : host;
  }

  #latencyMs(): number {
    const { leastLatencyMs, mostLatencyMs } = this.#settings;
    return leastLatencyMs + (this.#random.below(1000) / 1000) * (mostLatencyMs - leastLatencyMs);
  }

  #streamMs(): number {
    const resentMs = this.#happens(2 * this.#settings.lossShare) ? RESEND_MS : 0;
    return (2 * STREAM_TRIPS - 1) * this.#latencyMs() + resentMs;
  }

  #happens(share: number): boolean {
    return this.#random.below(1000) < share * 1000;
  }
}

/** Now, or as soon as the host goes on. */
function awake(host: Host, act: () => void): void {
  const run = (): void => {
    if (!host.isDead) act();
  };
  const leftMs = host.stalledUntilMs - host.clock.now();
  if (leftMs <= 0) run();
  else host.clock.after(leftMs + AFTER_TIMERS_MS, run);
}
