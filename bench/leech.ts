// Leeching from one libtorrent seeder whose data is hashed beforehand, into memory or onto the disk: every client in turn,
// and beside them how little it can cost.

import { tmpdir } from 'node:os';
import { aria2 } from '../tests/interop/clients/aria2.ts';
import { libtorrent } from '../tests/interop/clients/libtorrent.ts';
import type { RunningClient, TestedClient } from '../tests/interop/clients/tested-client.ts';
import { transmission } from '../tests/interop/clients/transmission.ts';
import { Lab } from '../tests/interop/lab.ts';
import { type Column, compare } from './comparison.ts';
import { type Content, makeContent, seedFolder } from './content.ts';
import { type Download, type DownloadOptions, download } from './download.ts';
import { droppingFloor, writingFloor } from './floor/floors.ts';
import { clients, SLOW_CLIENTS, SLOW_SIZE, whyAbsent } from './peers.ts';
import { report } from './report.ts';
import { interleave } from './rounds.ts';
import { type BenchOptions, isWanted, type Scenario } from './scenario.ts';

const DEFAULT_SIZE = 2 * 2 ** 30;
const DEFAULT_ROUNDS = 3;
const GIB = 2 ** 30;
const MIB = 2 ** 20;
/** They can't be told of a peer, or never dial this machine's own addresses. */
const DIALLED: readonly TestedClient[] = [aria2, transmission];

const perGib = (pick: (figures: Download) => number) => (figures: Download) => (pick(figures) * GIB) / figures.size;
const COLUMNS: readonly Column<Download>[] = [
  { title: 'wall s/GiB', pick: perGib(({ wallSeconds }) => wallSeconds), digits: 2, isCompared: true },
  { title: 'CPU-s/GiB', pick: perGib(({ cpuSeconds }) => cpuSeconds), digits: 2, isCompared: true },
  { title: 'private MiB', pick: ({ privateBytes }) => privateBytes / MIB, digits: 0, isCompared: false },
  { title: 'mapped MiB', pick: ({ mappedBytes }) => mappedBytes / MIB, digits: 0, isCompared: false },
];

interface Seeded {
  readonly content: Content;
  readonly seed: RunningClient;
}

export const leech: Scenario = {
  says: '2 GiB from one libtorrent seeder, by every client, into memory (or --disk)',
  needs: 'python3-libtorrent; 6 GiB in /dev/shm; seven minutes',
  run: runLeech,
};

async function runLeech(options: BenchOptions): Promise<void> {
  const { size = DEFAULT_SIZE, pieceLength, rounds = DEFAULT_ROUNDS, onDisk } = options;
  await using lab = await Lab.open('/dev/shm');
  const parent = onDisk ? tmpdir() : '/dev/shm';
  const slowSize = Math.min(size, SLOW_SIZE);
  const seeds = new Map<number, Seeded>();
  const seedOf = async (bytes: number): Promise<Seeded> => {
    const known = seeds.get(bytes) ?? (await startSeed(lab, bytes, pieceLength));
    seeds.set(bytes, known);
    return known;
  };
  const all = [droppingFloor, writingFloor, ...clients].filter(({ name }) => isWanted(name, options));
  const outcomes = await interleave(
    rounds,
    all.map((client) => ({
      name: client.name,
      skip: whyAbsent(client),
      run: async (): Promise<Download> => {
        const seeded = await seedOf(SLOW_CLIENTS.includes(client) ? slowSize : size);
        return leechOnce(client, seeded, { host: lab.address(), parent, onDisk });
      },
    })),
  );
  const { header, rows, notes } = compare(outcomes, COLUMNS);
  await report(onDisk ? 'leech-disk' : 'leech', {
    header,
    rows,
    notes,
    raw: outcomes,
  });
}

async function startSeed(lab: Lab, size: number, pieceLength: number): Promise<Seeded> {
  const content = await makeContent(lab, { size, pieceLength });
  const folder = await seedFolder(lab, content);
  const { torrent } = content;
  const seed = await libtorrent.start({ lab, role: 'seed', torrent, folder, host: lab.address(), peers: [] });
  return { content, seed };
}

function leechOnce(
  client: TestedClient,
  seeded: Seeded,
  place: Pick<DownloadOptions, 'host' | 'parent' | 'onDisk'>,
): Promise<Download> {
  const meeting = DIALLED.includes(client) ? 'the seed dials' : 'it dials';
  return download({ client, ...seeded, ...place, meeting });
}
