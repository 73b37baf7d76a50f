// What the crowds have in common: many leechers and one seed on this machine, or as many processes in a chain that receive, hash,
// write and send on: the floor. The last one counts.

import { freePort } from '../tests/contract/free-port.ts';
import type { TestedClient } from '../tests/interop/clients/tested-client.ts';
import { Lab } from '../tests/interop/lab.ts';
import { announceUrl } from '../tests/interop/trackers/tested-tracker.ts';
import { type Content, makeContent } from './content.ts';
import { passingFloor, seedingFloor } from './floor/floors.ts';
import { whyAbsent } from './peers.ts';
import { formatSpread, type Spread, spreadOf } from './report.ts';
import { interleave, type Outcome } from './rounds.ts';
import { type BenchOptions, isWanted } from './scenario.ts';
import { runSwarm, type SwarmRun } from './swarm.ts';

const GIB = 2 ** 30;

/** Many, in all crowds. */
export const MANY = 50;

export interface CrowdSwarm {
  readonly name: string;
  readonly seeder: TestedClient;
  readonly leecher: TestedClient;
  readonly leechers: number;
  /** Bytes of content. */
  readonly size: number;
  /** False: they stand in a chain. */
  readonly hasTracker: boolean;
}

/** What a swarm is set against: what that is, and how long it takes. */
export interface Bound {
  readonly what: string;
  readonly seconds: number;
}

export const CROWD_HEADER = ['swarm', 'last one, s', 'set against', 's', 'ratio', '÷ floor', 'CPU-s/GiB'];

export function swarmOf(client: TestedClient, leechers: number, size: number): CrowdSwarm {
  const name = `${client.name}, ${leechers} leechers`;
  return { name, seeder: client, leecher: client, leechers, size, hasTracker: true };
}

export function floorOf(leechers: number, size: number): CrowdSwarm {
  const name = `floor, ${leechers} leechers`;
  return { name, seeder: seedingFloor, leecher: passingFloor, leechers, size, hasTracker: false };
}

/** Those that were asked for, in turns. */
export async function runSwarms(
  swarms: readonly CrowdSwarm[],
  rounds: number,
  options: BenchOptions,
): Promise<Outcome<SwarmRun>[]> {
  await using lab = await Lab.open('/dev/shm');
  const tracker = { host: lab.address(), port: 0 };
  tracker.port = await freePort(tracker.host);
  const made = { pieceLength: options.pieceLength, tracker: announceUrl(tracker.host, tracker.port) };
  const asked = swarms.filter(({ name }) => isWanted(name.split(',')[0], options));
  const contents = new Map<number, Content>();
  for (const { size } of asked) {
    if (!contents.has(size)) contents.set(size, await makeContent(lab, { size, ...made }));
  }
  const contestants = asked.map(({ name, size, hasTracker, ...who }) => ({
    name,
    skip: whyAbsent(who.leecher),
    run: () => runSwarm({ ...who, content: contents.get(size)!, ...(hasTracker && { tracker }), parent: lab.root }),
  }));
  return await interleave(rounds, contestants);
}

/** A row for each that finished. @param boundOf by name of its swarm  @param floorFor by name of a swarm, its floor's */
export function crowdRows(
  outcomes: readonly Outcome<SwarmRun>[],
  boundOf: ReadonlyMap<string, Bound>,
  floorFor: ReadonlyMap<string, string>,
): string[][] {
  const done = outcomes.filter(({ figures }) => figures.length > 0);
  return done.map(({ name, figures }) => {
    const spread = lastOf(figures);
    const floor = done.find((other) => other.name === floorFor.get(name));
    const ofFloor = floor === undefined ? '' : (spread.median / lastOf(floor.figures).median).toFixed(2);
    const cpu = spreadOf(figures.map(({ cpuSeconds, size }) => (cpuSeconds * GIB) / size)).median.toFixed(2);
    const bound = boundOf.get(name);
    const against = bound && [bound.what, bound.seconds.toFixed(2), (spread.median / bound.seconds).toFixed(2)];
    return [name, formatSpread(spread), ...(against ?? ['', '', '']), ofFloor, cpu];
  });
}

/** How long the last one took. */
export function lastOf(figures: readonly SwarmRun[]): Spread {
  return spreadOf(figures.map(({ lastSeconds }) => lastSeconds));
}
