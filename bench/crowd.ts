// Many leechers and one seed on this machine whose uplinks have no cap: the processors set the pace. Ours is set against the
// best peer's, against what a pair's processor time allows, and against floors.

import { availableParallelism } from 'node:os';
import { libtorrent, libtorrentTuned } from '../tests/interop/clients/libtorrent.ts';
import { Lab } from '../tests/interop/lab.ts';
import { makeContent } from './content.ts';
import { type Bound, CROWD_HEADER, crowdRows, floorOf, lastOf, MANY, runSwarms, swarmOf } from './crowd-swarms.ts';
import { type Pair, runPair } from './pairing.ts';
import { enjambre } from './peers.ts';
import { report, spreadOf } from './report.ts';
import { interleave, type Outcome } from './rounds.ts';
import { type BenchOptions, isWanted, type Scenario } from './scenario.ts';

const MIB = 2 ** 20;
const DEFAULT_SIZE = 256 * MIB;
/** Of many: with more each round takes minutes. */
const MOST_SIZE_OF_MANY = 64 * MIB;
const DEFAULT_ROUNDS = 3;
const FEW = 8;

export const crowd: Scenario = {
  says: `${FEW} leechers and one seed of 256 MiB, ${MANY} of 64`,
  needs: '8 GiB of memory; seven to eight minutes',
  run: runCrowd,
};

async function runCrowd(options: BenchOptions): Promise<void> {
  const { size = DEFAULT_SIZE, rounds = DEFAULT_ROUNDS } = options;
  const smallSize = Math.min(size, MOST_SIZE_OF_MANY);
  const few = [enjambre, libtorrent, libtorrentTuned].map((client) => swarmOf(client, FEW, size));
  const fewFloor = floorOf(FEW, size);
  const many = swarmOf(enjambre, MANY, smallSize);
  const manyFloor = floorOf(MANY, smallSize);
  const pairs = await runPairs(smallSize, rounds, options);
  const swarms = await runSwarms([...few, fewFloor, many, manyFloor], rounds, options);
  const boundOf = new Map<string, Bound>();
  const peers = swarms.filter(({ name, figures }) =>
    few.slice(1).some((peer) => peer.name === name && figures.length > 0),
  );
  if (peers.length > 0) {
    const best = Math.min(...peers.map(({ figures }) => lastOf(figures).median));
    boundOf.set(few[0].name, { what: "the best peer's", seconds: best });
  }
  const pairRuns = pairs.flatMap(({ figures }) => figures);
  if (pairRuns.length > 0) {
    const cpuSeconds = spreadOf(pairRuns.map((pair) => pair.cpuSeconds + pair.seedCpuSeconds)).median;
    const seconds = (MANY * cpuSeconds) / availableParallelism();
    boundOf.set(many.name, { what: `${MANY} × a pair's CPU ÷ cores`, seconds });
  }
  const floorFor = new Map([
    ...few.map(({ name }) => [name, fewFloor.name] as const),
    [many.name, manyFloor.name] as const,
  ]);
  const notes = [...pairs, ...swarms].flatMap(({ failure }) => failure?.split('\n', 1) ?? []);
  const rows = crowdRows(swarms, boundOf, floorFor);
  await report('crowd', { header: CROWD_HEADER, rows, notes, raw: { size, pairs, swarms } });
}

async function runPairs(size: number, rounds: number, options: BenchOptions): Promise<Outcome<Pair>[]> {
  if (!isWanted(enjambre.name, options)) return [];
  await using lab = await Lab.open('/dev/shm');
  const content = await makeContent(lab, { size, pieceLength: options.pieceLength });
  const hosts = { seed: lab.address(), leech: lab.address() };
  const run = () => runPair({ seeder: enjambre, leecher: enjambre, hosts, content, parent: lab.root });
  return await interleave(rounds, [{ name: 'Enjambre, a pair', skip: false, run }]);
}
