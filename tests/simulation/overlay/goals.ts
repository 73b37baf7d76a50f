// What the overlay must hold, each as a course of events on a simulated network that gives its figures: the tests look at
// a few, `npm run bench -- overlay` at all of them with twenty seeds.

import { handsOut, infoHashOf, OWN_NETWORK, type SimulatedMember, SimulatedOverlay } from './simulated-overlay.ts';

const JOINS_PER_SECOND = 200;
/** Of a large network all have joined by then: what it does while it grows is not looked at. */
const JOINED_WITHIN_SECONDS = 10;
const BETWEEN_DEATHS_MS = 1_000;
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
  sim.grow(size, Math.max(JOINS_PER_SECOND, size / JOINED_WITHIN_SECONDS));
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
  /** For each death: milliseconds until nobody counts the dead one among the members, or hands it out. */
  readonly removedMs: number[];
}

/** What is still to be seen of one death. */
interface Death {
  readonly infoHash: string;
  readonly victim: SimulatedMember;
  atMs: number | undefined;
  /** Those who still hand the victim out, and those who still count it among the members. */
  handing: SimulatedMember[];
  counting: SimulatedMember[];
}

/** Members die one a second, each with a record that everybody has. */
export function deaths(sim: SimulatedOverlay, count: number): DeathFigures {
  const victims = new Set<SimulatedMember>();
  while (victims.size < count) victims.add(pick(sim));
  const all = [...victims].map((victim, at) => beginDeath(sim, victim, 2000 + at));
  sim.clock.advance(3_000 + sim.random.below(1_000));
  for (const [at, death] of all.entries()) sim.clock.after(at * BETWEEN_DEATHS_MS, () => kill(sim, death));
  const figures: DeathFigures = { hiddenMs: [], removedMs: [] };
  const seen = sim.until(() => {
    for (const death of all) if (death.atMs !== undefined) lookAt(death, sim.clock.now() - death.atMs, figures);
    return all.every(isOver);
  }, GIVE_UP_MS);
  if (seen === undefined) figures.removedMs.push(Number.POSITIVE_INFINITY);
  return figures;
}

function beginDeath(sim: SimulatedOverlay, victim: SimulatedMember, number: number): Death {
  const infoHash = infoHashOf(number);
  victim.overlay.provide(infoHash, { port: PORT, completeness: 0 });
  return { infoHash, victim, atMs: undefined, handing: sim.alive, counting: sim.alive };
}

function kill(sim: SimulatedOverlay, death: Death): void {
  sim.kill(death.victim);
  death.atMs = sim.clock.now();
}

function lookAt(death: Death, afterMs: number, figures: DeathFigures): void {
  const { infoHash, victim } = death;
  if (isOver(death)) return;
  const handing = death.handing.filter(({ host }) => !host.isDead);
  death.handing = handing.filter((member) => handsOut(member, infoHash, victim));
  for (let hidden = death.handing.length; hidden < handing.length; hidden++) figures.hiddenMs.push(afterMs);
  death.counting = death.counting.filter(({ host, overlay }) => !host.isDead && overlay.isMember(victim.host.address));
  if (isOver(death)) figures.removedMs.push(afterMs);
}

/** Nobody hands the victim out or counts it any more. */
function isOver({ atMs, handing, counting }: Death): boolean {
  return atMs !== undefined && handing.length === 0 && counting.length === 0;
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
