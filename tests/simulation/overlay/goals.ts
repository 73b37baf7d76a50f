// What the overlay must hold, each as a course of events on a simulated network that gives its figures: the tests look at
// a few, `npm run bench -- overlay` at all of them with twenty seeds.

import { handsOut, infoHashOf, OWN_NETWORK, type SimulatedMember, SimulatedOverlay } from './simulated-overlay.ts';

const JOINS_PER_SECOND = 200;
const SETTLE_MS = 20_000;
const GIVE_UP_MS = 120_000;
const PORT = 7000;

export interface Course {
  readonly seed: number;
  readonly size: number;
}

/** A network of this size that has come to rest. @param provides every member provides a torrent that all share */
export function settledOverlay({ seed, size }: Course, provides = false, settings = OWN_NETWORK): SimulatedOverlay {
  const sim = new SimulatedOverlay(seed, settings);
  sim.grow(size, JOINS_PER_SECOND);
  if (provides) for (const member of sim.members) provideShared(member);
  sim.clock.advance(SETTLE_MS);
  return sim;
}

export const SHARED = infoHashOf(1);

export function provideShared(member: SimulatedMember): void {
  member.overlay.provide(SHARED, { port: PORT, completeness: 100 });
}

/** Milliseconds until a record that one member makes is known to 99 % of all. */
export function spreadOfRecords(sim: SimulatedOverlay, count: number): number[] {
  return Array.from({ length: count }, (_, at) => {
    const infoHash = infoHashOf(1000 + at);
    const provider = pick(sim);
    provider.overlay.provide(infoHash, { port: PORT, completeness: 0 });
    let missing = sim.alive;
    const most = missing.length / 100;
    return (
      sim.until(() => {
        missing = missing.filter((member) => !handsOut(member, infoHash, provider));
        return missing.length <= most;
      }, GIVE_UP_MS) ?? Number.POSITIVE_INFINITY
    );
  });
}

export interface DeathFigures {
  /** For each survivor: milliseconds from the death until it no longer hands the dead one out. */
  readonly hiddenMs: number[];
  /** For each death: milliseconds until nobody counts the dead one among the members. */
  readonly removedMs: number[];
}

/** Members die one after another, each with a record. */
export function deaths(sim: SimulatedOverlay, count: number): DeathFigures {
  const figures: DeathFigures = { hiddenMs: [], removedMs: [] };
  for (let at = 0; at < count; at++) {
    const infoHash = infoHashOf(2000 + at);
    const victim = pick(sim);
    victim.overlay.provide(infoHash, { port: PORT, completeness: 0 });
    sim.clock.advance(3_000 + sim.random.below(1_000));
    sim.kill(victim);
    const startMs = sim.clock.now();
    let handing = sim.alive;
    sim.until(() => {
      const before = handing.length;
      handing = handing.filter((member) => handsOut(member, infoHash, victim));
      const nowMs = sim.clock.now() - startMs;
      for (let hidden = handing.length; hidden < before; hidden++) figures.hiddenMs.push(nowMs);
      return handing.length === 0;
    }, GIVE_UP_MS);
    let counting = sim.alive;
    sim.until(() => {
      counting = counting.filter(({ overlay }) => overlay.isMember(victim.host.address));
      return counting.length === 0;
    }, GIVE_UP_MS);
    figures.removedMs.push(sim.clock.now() - startMs);
  }
  return figures;
}

/** Bytes a second that each member sends while nothing happens, IP and UDP headers and sealing included. */
export function idleBytesPerSecond(sim: SimulatedOverlay, seconds: number): number[] {
  const before = sim.members.map(({ host }) => host.sentBytes);
  sim.clock.advance(seconds * 1000);
  return sim.members.map(({ host }, at) => (host.sentBytes - before[at]) / seconds);
}

/** A fifth of all datagrams is lost, and every third member stands still for two seconds now and then. */
export function falseDeathsUnderStress({ seed, size }: Course, minutes: number): number {
  const sim = settledOverlay({ seed, size }, false, { ...OWN_NETWORK, lossShare: 0.2 });
  const stalling = sim.members.filter((_, at) => at % 3 === 0);
  const stallLater = (member: SimulatedMember): void => {
    sim.clock.after(5_000 + sim.random.below(30_000), () => {
      member.host.stall(2_000);
      stallLater(member);
    });
  };
  stalling.forEach(stallLater);
  sim.falseDeaths = 0;
  sim.clock.advance(minutes * 60_000);
  return sim.falseDeaths;
}

/** Milliseconds from the end of a partition into halves of 60 s until everybody hands out everybody. */
export function healingMs(course: Course): number {
  const sim = settledOverlay(course, true);
  sim.divide();
  sim.clock.advance(60_000);
  sim.unite();
  return sim.until(() => sim.alive.every((member) => handsOutAll(sim, member)), GIVE_UP_MS) ?? Number.POSITIVE_INFINITY;
}

/** Half of all die at once. Milliseconds until each survivor hands out all survivors and nobody else. */
export function halfKilledMs(course: Course): number {
  const sim = settledOverlay(course, true);
  for (const [at, member] of sim.members.entries()) if (at % 2 === 0) sim.kill(member);
  const clean = (): boolean => sim.alive.every((member) => handsOutAll(sim, member));
  return sim.until(clean, GIVE_UP_MS) ?? Number.POSITIVE_INFINITY;
}

function handsOutAll(sim: SimulatedOverlay, { overlay }: SimulatedMember): boolean {
  return overlay.providers(SHARED).length === sim.alive.length - 1;
}

function pick(sim: SimulatedOverlay): SimulatedMember {
  const { alive } = sim;
  return alive[sim.random.below(alive.length)];
}
