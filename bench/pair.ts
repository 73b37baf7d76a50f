// Each client with itself, one seed and one leecher, into memory.

import { fileURLToPath } from 'node:url';
import { freePort } from '../tests/contract/free-port.ts';
import { aria2 } from '../tests/interop/clients/aria2.ts';
import type { TestedClient } from '../tests/interop/clients/tested-client.ts';
import { transmission } from '../tests/interop/clients/transmission.ts';
import { Lab } from '../tests/interop/lab.ts';
import { inOwnNetwork, whyNoOwnNetwork } from '../tests/interop/network-namespace.ts';
import { announceUrl } from '../tests/interop/trackers/tested-tracker.ts';
import { type Column, compare } from './comparison.ts';
import { makeContent } from './content.ts';
import { seedingFloor, writingFloor } from './floor/floors.ts';
import { type Pair, runPair } from './pairing.ts';
import { clients, SLOW_CLIENTS, SLOW_SIZE, whyAbsent } from './peers.ts';
import { report } from './report.ts';
import { interleave } from './rounds.ts';
import { type BenchOptions, isWanted, type Scenario } from './scenario.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;
const DEFAULT_SIZE = 2 * GIB;
const DEFAULT_ROUNDS = 3;
const OWN_NETWORK_TIMEOUT_MS = 120_000;

const perGib = (pick: (pair: Pair) => number) => (pair: Pair) => (pick(pair) * GIB) / pair.size;
const COLUMNS: readonly Column<Pair>[] = [
  { title: 'wall s/GiB', pick: perGib(({ wallSeconds }) => wallSeconds), digits: 2, isCompared: true },
  { title: 'leech CPU-s/GiB', pick: perGib(({ cpuSeconds }) => cpuSeconds), digits: 2, isCompared: false },
  { title: 'seed CPU-s/GiB', pick: perGib(({ seedCpuSeconds }) => seedCpuSeconds), digits: 2, isCompared: false },
  { title: 'leech private MiB', pick: ({ privateBytes }) => privateBytes / MIB, digits: 0, isCompared: false },
];

export const pair: Scenario = {
  says: '2 GiB from each client to another of its kind, into memory',
  needs: '6 GiB in /dev/shm; seven minutes',
  run: runPairs,
};

async function runPairs(options: BenchOptions): Promise<void> {
  const { size = DEFAULT_SIZE, pieceLength, rounds = DEFAULT_ROUNDS } = options;
  await using lab = await Lab.open('/dev/shm');
  const slowSize = Math.min(size, SLOW_SIZE);
  const trackerHost = lab.address();
  const tracker = { host: trackerHost, port: await freePort(trackerHost) };
  const announce = announceUrl(tracker.host, tracker.port);
  const contents = {
    quick: await makeContent(lab, { size, pieceLength, tracker: announce }),
    slow: await makeContent(lab, { size: slowSize, pieceLength, tracker: announce }),
  };
  const runOnce = (seeder: TestedClient, leecher: TestedClient): Promise<Pair> => {
    const content = SLOW_CLIENTS.includes(leecher) ? contents.slow : contents.quick;
    const hosts = { seed: lab.address(), leech: lab.address() };
    const place = { content, parent: lab.root, hosts };
    return runPair({ seeder, leecher, ...place, ...(leecher === aria2 && { tracker }) });
  };
  const contestants = [
    { name: 'floor: seed and leecher', skip: false as const, run: () => runOnce(seedingFloor, writingFloor) },
    ...clients.map((client) =>
      client === transmission
        ? {
            name: client.name,
            skip: whyAbsent(client) || whyNoOwnNetwork(),
            run: () => pairInOwnNetwork({ size: slowSize, pieceLength }, lab.root),
          }
        : { name: client.name, skip: whyAbsent(client), run: () => runOnce(client, client) },
    ),
  ].filter(({ name }) => isWanted(name, options));
  const outcomes = await interleave(rounds, contestants);
  const { header, rows, notes } = compare(outcomes, COLUMNS);
  await report('pair', { header, rows, notes, raw: outcomes });
}

async function pairInOwnNetwork(
  { size, pieceLength }: { size: number; pieceLength: number },
  parent: string,
): Promise<Pair> {
  await using lab = await Lab.open(parent);
  const script = fileURLToPath(import.meta.resolve('./pair-in-own-network.ts'));
  const { command, args } = inOwnNetwork([process.execPath, script, String(size), String(pieceLength), lab.root]);
  const program = lab.start(command, args);
  const said = () => program.output.match(/^\{"pair":(.*)\}$/m)?.[1];
  return JSON.parse(await program.until('finish its pair', said, OWN_NETWORK_TIMEOUT_MS)) as Pair;
}
