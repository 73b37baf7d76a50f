// Seeding to one and the same leecher, which drops what it gets: every client in turn. Each has checked its data before; from
// the first unchoke on it is the seed that sets the pace.

import type { TestedClient } from '../tests/interop/clients/tested-client.ts';
import { transmission } from '../tests/interop/clients/transmission.ts';
import { Lab } from '../tests/interop/lab.ts';
import { type Column, compare } from './comparison.ts';
import { type Content, makeContent, seedFolder } from './content.ts';
import { droppingFloor, seedingFloor } from './floor/floors.ts';
import { clients, SLOW_SIZE, whyAbsent } from './peers.ts';
import { ProcessMeter, type Usage } from './process-meter.ts';
import { report } from './report.ts';
import { interleave } from './rounds.ts';
import { type BenchOptions, isWanted, type Scenario } from './scenario.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;
const DEFAULT_SIZE = 2 * GIB;
const DEFAULT_ROUNDS = 3;
const TIMEOUT_MS = 120_000;

interface Figures extends Usage {
  readonly size: number;
  /** From the first unchoke to the last byte: until then some wait ten seconds. */
  readonly wallSeconds: number;
}

const COLUMNS: readonly Column<Figures>[] = [
  { title: 'CPU-s/GiB', pick: ({ cpuSeconds, size }) => (cpuSeconds * GIB) / size, digits: 2, isCompared: true },
  { title: 'wall s/GiB', pick: ({ wallSeconds, size }) => (wallSeconds * GIB) / size, digits: 2, isCompared: true },
  { title: 'private MiB', pick: ({ privateBytes }) => privateBytes / MIB, digits: 0, isCompared: false },
  { title: 'mapped MiB', pick: ({ mappedBytes }) => mappedBytes / MIB, digits: 0, isCompared: false },
];

export const seed: Scenario = {
  says: '2 GiB from every client to one leecher that drops it',
  needs: '3 GiB in /dev/shm; six minutes',
  run: runSeed,
};

async function runSeed(options: BenchOptions): Promise<void> {
  const { size = DEFAULT_SIZE, pieceLength, rounds = DEFAULT_ROUNDS } = options;
  await using lab = await Lab.open('/dev/shm');
  const contents = {
    quick: await makeContent(lab, { size, pieceLength }),
    slow: await makeContent(lab, { size: Math.min(size, SLOW_SIZE), pieceLength }),
  };
  const contentOf = (client: TestedClient) => (client === transmission ? contents.slow : contents.quick);
  const outcomes = await interleave(
    rounds,
    [seedingFloor, ...clients]
      .filter(({ name }) => isWanted(name, options))
      .map((client) => ({
        name: client.name,
        skip: whyAbsent(client),
        run: () => seedOnce(client, contentOf(client)),
      })),
  );
  const { header, rows, notes } = compare(outcomes, COLUMNS);
  await report('seed', { header, rows, notes, raw: outcomes });
}

async function seedOnce(client: TestedClient, content: Content): Promise<Figures> {
  await using lab = await Lab.open('/dev/shm');
  const { torrent, size } = content;
  try {
    const folder = await seedFolder(lab, content);
    const place = { lab, torrent, peers: [] };
    const seeding = await client.start({ ...place, role: 'seed', folder, host: lab.address() });
    using meter = new ProcessMeter(seeding.program.pid, 'now');
    const sink = { ...place, folder: await lab.folder('leech'), host: lab.address(), peers: [seeding.address] };
    const leech = await droppingFloor.start({ ...sink, role: 'leech' });
    await leech.complete(TIMEOUT_MS);
    const wallSeconds = Number(leech.program.output.match(/"seconds":([\d.]+)/)?.[1]);
    return { size, wallSeconds, ...(await meter.read()) };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${lab.transcript()}`, { cause: error });
  }
}
