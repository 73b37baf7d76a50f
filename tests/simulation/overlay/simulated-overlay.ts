// Many overlay members in one process and in simulated time: the real code on a network in memory.

import { Overlay } from '@enjambre/overlay';
import { FakeClock, type Logger, type Random, seededRandom } from '@enjambre/runtime';
import { DatagramNetwork, type Host, type NetworkSettings } from './datagram-network.ts';

export interface SimulatedMember {
  readonly number: number;
  readonly host: Host;
  readonly overlay: Overlay;
}

export const OWN_NETWORK: NetworkSettings = { leastLatencyMs: 1, mostLatencyMs: 20, lossShare: 0.01 };
const STEP_MS = 50;

export class SimulatedOverlay {
  readonly clock = new FakeClock();
  readonly random: Random;
  readonly network: DatagramNetwork;
  readonly members: SimulatedMember[] = [];
  /** Members that somebody called dead while they lived. */
  falseDeaths = 0;
  readonly #logger: Logger = { log: (_level, message, details) => this.#hear(message, details) };
  #number = 1;

  constructor(seed: number, settings: NetworkSettings = OWN_NETWORK) {
    this.random = seededRandom(seed);
    this.network = new DatagramNetwork(this.clock, this.random, settings);
  }

  get alive(): SimulatedMember[] {
    return this.members.filter(({ host }) => !host.isDead);
  }

  /** @param number of a member that was there before, to take its address */
  join(bootstraps: readonly SimulatedMember[], number = this.#number++): SimulatedMember {
    const host = this.network.host(number);
    const overlay = new Overlay({
      ...{ transport: host, clock: host.clock, random: this.random, logger: this.#logger },
      bootstraps: bootstraps.map((member) => member.host.address),
    });
    const member = { number, host, overlay };
    this.members.push(member);
    overlay.start();
    return member;
  }

  /** Each joins by a member chosen at random, so many a second. */
  grow(count: number, joinsPerSecond: number): void {
    if (this.members.length === 0) this.join([]);
    while (this.members.length < count) {
      this.join([this.members[this.random.below(this.members.length)]]);
      this.clock.advance(1000 / joinsPerSecond);
    }
  }

  /** As a power cut does. */
  kill(member: SimulatedMember): void {
    member.host.die();
  }

  /** From now on the first half of the living reaches only itself, and the others only themselves. */
  divide(): void {
    const { alive } = this;
    for (const [place, { host }] of alive.entries()) host.side = place < alive.length / 2 ? 1 : 2;
  }

  unite(): void {
    for (const { host } of this.members) host.side = 0;
  }

  /** Milliseconds until it holds, at most `mostMs`; undefined when it does not by then. */
  until(holds: () => boolean, mostMs: number): number | undefined {
    const startMs = this.clock.now();
    while (!holds()) {
      if (this.clock.now() - startMs >= mostMs) return undefined;
      this.clock.advance(STEP_MS);
    }
    return this.clock.now() - startMs;
  }

  #hear(message: string, details: Record<string, unknown> = {}): void {
    if (message !== 'a member is dead') return;
    if (this.alive.some(({ host }) => `${host.address.host}:${host.address.port}` === details.member))
      this.falseDeaths++;
  }
}

/** Whether it hands out this provider; its own it always has. */
export function handsOut(member: SimulatedMember, infoHash: string, provider: SimulatedMember): boolean {
  const { host } = provider.host.address;
  return member === provider || member.overlay.providers(infoHash).some(({ address }) => address.host === host);
}

export function infoHashOf(number: number): string {
  return number.toString(16).padStart(40, '0');
}
