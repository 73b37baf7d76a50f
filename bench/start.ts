// Until a client that was started answers: with one torrent, and with 1,000 that it had before and need not check again.

import { aria2 } from '../tests/interop/clients/aria2.ts';
import { libtorrent } from '../tests/interop/clients/libtorrent.ts';
import { qbittorrent } from '../tests/interop/clients/qbittorrent.ts';
import type { TestedClient } from '../tests/interop/clients/tested-client.ts';
import { transmission } from '../tests/interop/clients/transmission.ts';
import { whyNot } from '../tests/interop/debian-package.ts';
import { Lab } from '../tests/interop/lab.ts';
import { emptyTorrents, writeEmptyContent } from './empty-torrents.ts';
import { enjambre, enjambreFromSources } from './peers.ts';
import { cpuSecondsOf } from './process-meter.ts';
import { formatSpread, report, spreadOf } from './report.ts';
import { interleave } from './rounds.ts';
import { type BenchOptions, isWanted, type Scenario } from './scenario.ts';

const DEFAULT_ROUNDS = 5;
const COUNT = 1000;
/** Few: all are hashed once before anything is timed. */
const PIECES = 16;
/** Transmission checks ten torrents a second. */
const CHECK_TIMEOUT_MS = 180_000;

interface Figure {
  readonly wallMs: number;
  readonly cpuMs: number;
}

export const start: Scenario = {
  says: 'from the start of a program until it answers: with one torrent, and with 1,000 resumed',
  needs: 'one GiB of memory; five minutes',
  run: runStart,
};

async function runStart(options: BenchOptions): Promise<void> {
  const starting = [enjambre, enjambreFromSources, libtorrent, aria2, transmission, qbittorrent].map((client) => ({
    name: `${client.name}; one torrent`,
    skip: whyNot([client.debianPackage]),
    run: () => startOne(client),
  }));
  await using stack = new AsyncDisposableStack();
  // qBittorrent checks one torrent a second: it would not be ready before the bench ends.
  const resuming = [enjambre, enjambreFromSources, transmission].map((client) => {
    let resume: (() => Promise<Figure>) | undefined;
    return {
      name: `${client.name}; 1,000 resumed`,
      skip: whyNot([client.debianPackage]),
      run: async () => {
        resume ??= await prepareMany(client, stack.use(await Lab.open('/dev/shm')));
        return resume();
      },
    };
  });
  const contestants = [...starting, ...resuming].filter(({ name }) => isWanted(name.split(';')[0], options));
  const outcomes = await interleave(options.rounds ?? DEFAULT_ROUNDS, contestants);
  const rows = outcomes
    .filter(({ figures }) => figures.length > 0)
    .map(({ name, figures }) => [
      name,
      formatSpread(spreadOf(figures.map(({ wallMs }) => wallMs)), 0),
      formatSpread(spreadOf(figures.map(({ cpuMs }) => cpuMs)), 0),
    ]);
  const notes = outcomes.flatMap(({ failure }) => failure?.slice(0, 300) ?? []);
  await report('start', { header: ['client', 'wall ms', 'CPU ms'], rows, notes, raw: outcomes });
}

/** Until it listens and tells of its torrent. */
async function startOne(client: TestedClient): Promise<Figure> {
  await using lab = await Lab.open('/dev/shm');
  const [torrent] = await emptyTorrents(lab.root, 1, PIECES);
  const folder = await lab.folder('into');
  const startedMs = performance.now();
  const { program } = await client.start({ lab, role: 'leech', torrent, folder, host: lab.address(), peers: [] });
  return figure(program.pid, startedMs);
}

/** Has it check all once; gives what times its next starts until all are there and seeded. */
async function prepareMany(client: TestedClient, lab: Lab): Promise<() => Promise<Figure>> {
  const [torrent, ...files] = await emptyTorrents(lab.root, COUNT, PIECES);
  const folder = await lab.folder('full');
  await writeEmptyContent(folder, COUNT, PIECES);
  const others = files.map(({ file }) => file);
  const options = { lab, torrent, folder, host: lab.address(), peers: [], others };
  const first = await client.start({ ...options, role: 'leech' });
  await first.complete(CHECK_TIMEOUT_MS);
  await first.program.stop();
  return async () => {
    const startedMs = performance.now();
    const { program, complete } = await client.start({ ...options, role: 'leech', again: true });
    await complete(CHECK_TIMEOUT_MS);
    const found = await figure(program.pid, startedMs);
    await program.stop();
    return found;
  };
}

async function figure(pid: number, startedMs: number): Promise<Figure> {
  const wallMs = performance.now() - startedMs;
  return { wallMs, cpuMs: (await cpuSecondsOf(pid)) * 1000 };
}
