// Many leechers and one seed on this machine. Uncapped it is the processors that set the pace, capped it is the uplinks; ours
// is set against the best peer's, against what a pair's processor time and the uplinks allow, and against floors: as many
// processes that receive, hash and write, all from one that reads and sends.

import { availableParallelism } from 'node:os';
import { withFlags } from '../tests/interop/clients/enjambre.ts';
import { libtorrent, libtorrentTuned } from '../tests/interop/clients/libtorrent.ts';
import type { TestedClient } from '../tests/interop/clients/tested-client.ts';
import { Lab } from '../tests/interop/lab.ts';
import { announceUrl } from '../tests/interop/trackers/tested-tracker.ts';
import { builtCommand, builtEnvironment } from './built-client.ts';
import { makeContent } from './content.ts';
import { seedingFloor, writingFloor } from './floor/floors.ts';
import { type Pair, runPair } from './pairing.ts';
import { enjambre, whyAbsent } from './peers.ts';
import { formatSpread, report, type Spread, spreadOf } from './report.ts';
import { interleave, type Outcome } from './rounds.ts';
import { type BenchOptions, isWanted, type Scenario } from './scenario.ts';
import { runSwarm, type SwarmRun } from './swarm.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const DEFAULT_SIZE = 256 * MIB;
/** For many whose uplinks have no cap: with more of them each round takes minutes. */
const MOST_UNCAPPED_SIZE = 64 * MIB;
const DEFAULT_ROUNDS = 3;
const FEW = 8;
const MANY = 50;
const UPLINK_BYTES_PER_SECOND = 4_000_000;

const capped = withFlags(
  'Enjambre capped',
  [`--upload-limit=${UPLINK_BYTES_PER_SECOND}`],
  builtEnvironment,
  builtCommand,
);

interface Swarm {
  readonly name: string;
  readonly seeder: TestedClient;
  readonly leecher: TestedClient;
  readonly leechers: number;
  readonly content: 'whole' | 'small';
  /** False: the leechers know of the seed alone. */
  readonly hasTracker: boolean;
}

const few = [enjambre, libtorrent, libtorrentTuned].map((client) => swarmOf(client, FEW, 'whole'));
const fewFloor = floorOf(FEW, 'whole');
const many = swarmOf(enjambre, MANY, 'small');
const manyFloor = floorOf(MANY, 'small');
const manyCapped = swarmOf(capped, MANY, 'whole');
/** Not capped, and it uploads nothing: what so many programs take for receiving alone. */
const manyCappedFloor = { ...floorOf(MANY, 'whole'), name: `floor of capped, ${MANY} leechers` };
/** Names of swarms and of what each is set against beside its bound. */
const floorFor = new Map([
  ...few.map(({ name }) => [name, fewFloor.name] as const),
  [many.name, manyFloor.name],
  [manyCapped.name, manyCappedFloor.name],
]);

export const crowd: Scenario = {
  says: `${FEW} leechers and one seed of 256 MiB, ${MANY} of 64; ${MANY} with uplinks of 4 MB/s against the optimum`,
  needs: '20 GiB of memory (--size 64MiB: 8); twelve minutes',
  run: runCrowd,
};

function swarmOf(client: TestedClient, leechers: number, content: Swarm['content']): Swarm {
  const name = `${client.name}, ${leechers} leechers`;
  return { name, seeder: client, leecher: client, leechers, content, hasTracker: true };
}

function floorOf(leechers: number, content: Swarm['content']): Swarm {
  const name = `floor, ${leechers} leechers`;
  return { name, seeder: seedingFloor, leecher: writingFloor, leechers, content, hasTracker: false };
}

async function runCrowd(options: BenchOptions): Promise<void> {
  const { size = DEFAULT_SIZE, pieceLength, rounds = DEFAULT_ROUNDS } = options;
  await using lab = await Lab.open('/dev/shm');
  const tracker = { host: lab.address(), port: 0 };
  tracker.port = await lab.freePort(tracker.host);
  const made = { pieceLength, tracker: announceUrl(tracker.host, tracker.port) };
  const contents = {
    whole: await makeContent(lab, { size, ...made }),
    small: await makeContent(lab, { size: Math.min(size, MOST_UNCAPPED_SIZE), ...made }),
  };
  const hosts = { seed: lab.address(), leech: lab.address() };
  const parent = lab.root;
  const pairing = {
    name: 'Enjambre, a pair',
    skip: false as const,
    run: () => runPair({ seeder: enjambre, leecher: enjambre, hosts, content: contents[many.content], parent }),
  };
  const contestant = ({ name, content, hasTracker, ...who }: Swarm) => ({
    name,
    skip: whyAbsent(who.leecher),
    run: () => runSwarm({ ...who, content: contents[content], ...(hasTracker && { tracker }), parent }),
  });
  const isAsked = ({ name }: Swarm) => isWanted(name.split(',')[0], options);
  const pairs = await interleave(
    rounds,
    [pairing].filter(() => isWanted(enjambre.name, options)),
  );
  const uncapped = await interleave(rounds, [...few, fewFloor, many, manyFloor].filter(isAsked).map(contestant));
  // Once: they take longer than all the others.
  const slow = await interleave(1, [manyCapped, manyCappedFloor].filter(isAsked).map(contestant));
  const swarms = [...uncapped, ...slow];
  const notes = [...pairs, ...swarms].flatMap(({ failure }) => failure?.split('\n', 1) ?? []);
  const header = ['swarm', 'last one, s', 'set against', 's', 'ratio', '÷ floor', 'CPU-s/GiB'];
  const rows = rowsOf(
    swarms,
    pairs.flatMap(({ figures }) => figures),
    { size, pieceLength },
  );
  await report('crowd', { header, rows, notes, raw: { size, pairs, swarms } });
}

function rowsOf(
  swarms: readonly Outcome<SwarmRun>[],
  pairs: readonly Pair[],
  { size, pieceLength }: { size: number; pieceLength: number },
): string[][] {
  const done = swarms.filter(({ figures }) => figures.length > 0);
  const bounds = new Map<string, { what: string; seconds: number }>();
  const peers = done.filter(({ name }) => few.slice(1).some((peer) => peer.name === name));
  if (peers.length > 0) {
    const best = Math.min(...peers.map(({ figures }) => lastOf(figures).median));
    bounds.set(few[0].name, { what: "the best peer's", seconds: best });
  }
  if (pairs.length > 0) {
    const cpuSeconds = spreadOf(pairs.map((pair) => pair.cpuSeconds + pair.seedCpuSeconds)).median;
    const seconds = (MANY * cpuSeconds) / availableParallelism();
    bounds.set(many.name, { what: `${MANY} × a pair's CPU ÷ cores`, seconds });
  }
  // The last piece must double log2 N times, the others flow meanwhile.
  const steps = 1 + Math.floor(Math.log2(MANY)) / Math.ceil(size / pieceLength);
  bounds.set(manyCapped.name, { what: '(F/u)(1 + ⌊log₂N⌋/M)', seconds: (size / UPLINK_BYTES_PER_SECOND) * steps });
  return done.map(({ name, figures }) => {
    const spread = lastOf(figures);
    const floor = done.find((other) => other.name === floorFor.get(name));
    const ofFloor = floor === undefined ? '' : (spread.median / lastOf(floor.figures).median).toFixed(2);
    const cpu = spreadOf(figures.map(({ cpuSeconds, size: bytes }) => (cpuSeconds * GIB) / bytes)).median.toFixed(2);
    const bound = bounds.get(name);
    const against = bound && [bound.what, bound.seconds.toFixed(2), (spread.median / bound.seconds).toFixed(2)];
    return [name, formatSpread(spread), ...(against ?? ['', '', '']), ofFloor, cpu];
  });
}

function lastOf(figures: readonly SwarmRun[]): Spread {
  return spreadOf(figures.map(({ lastSeconds }) => lastSeconds));
}
