// How long clients take to answer their own pages while they download as fast as they can, and how much of the rate it
// costs: each downloads the same with nobody asking, and asked 100 times a second. Four uploaders feed it; the floor, which knows
// one peer only, gets zeros from a seed of its own kind.

import { mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { formatInfoHash, PieceGeometry, parseTorrentFile } from '@enjambre/metainfo';
import { aria2 } from '../../tests/interop/clients/aria2.ts';
import { qbittorrent } from '../../tests/interop/clients/qbittorrent.ts';
import type { RunningClient, TestedClient } from '../../tests/interop/clients/tested-client.ts';
import { transmission } from '../../tests/interop/clients/transmission.ts';
import { whyNot } from '../../tests/interop/debian-package.ts';
import { Lab } from '../../tests/interop/lab.ts';
import type { Torrent } from '../../tests/interop/torrent-maker.ts';
import { FLOOR_FILE, seedingFloor } from '../floor/floors.ts';
import { formatSpread, report, spreadOf } from '../report.ts';
import { interleave, type Outcome } from '../rounds.ts';
import { type BenchOptions, isWanted } from '../scenario.ts';
import { torrentOf } from '../tester/content.ts';
import { Tester } from '../tester/tester.ts';
import { beginLoopDelay, type LoopDelay, readLoopDelay, watched } from './loop-delay.ts';
import { percentile } from './percentile.ts';
import { Questions } from './questions.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;
const MB = 1e6;
const DEFAULT_ROUNDS = 3;
const UPLOADERS = 4;
const TIMEOUT_MS = 60_000;

interface Run {
  readonly megabytesPerSecond: number;
  /** Empty when nobody asked. */
  readonly takenMs: readonly number[];
  /** Ours and the floor's only. */
  readonly loopDelay: LoopDelay | undefined;
}

interface Setting {
  readonly lab: Lab;
  readonly torrent: Torrent;
  readonly size: number;
  readonly delayFile: string;
}

export async function statusLatency(options: BenchOptions): Promise<void> {
  await using lab = await Lab.open('/dev/shm');
  const size = options.size ?? 2 * GIB;
  const bytes = torrentOf(new PieceGeometry(size, MIB), FLOOR_FILE);
  const file = path.join(lab.root, 'data.torrent');
  await writeFile(file, bytes);
  const delayFile = path.join(lab.root, 'delay.json');
  const torrent = { file, infoHash: formatInfoHash(parseTorrentFile(bytes).infoHashV1!) };
  const { enjambre, floor } = watched(delayFile);
  const clients = [floor, enjambre, aria2, qbittorrent, transmission];
  const contestants = clients
    .filter(({ name }) => isWanted(name, options))
    .flatMap((client) =>
      ['not asked', 'asked'].map((how) => ({
        name: `${client.name}, ${how}`,
        skip: whyNot([client.debianPackage]),
        run: () =>
          download({ lab, torrent, size, delayFile }, client, {
            isAsked: how === 'asked',
            isWatched: client === enjambre || client === floor,
            begin: client === floor ? beginFromSeed : beginFromUploaders,
          }),
      })),
    );
  const outcomes = await interleave(options.rounds ?? DEFAULT_ROUNDS, contestants);
  const header = [
    'client',
    'MB/s',
    'of not asked',
    'answer p50 ms',
    'p99 ms',
    'answers',
    'loop delay p99 ms',
    'most ms',
  ];
  const notes = outcomes.flatMap(({ failure }) => failure ?? []);
  await report('latency-status', { header, rows: rowsOf(outcomes), notes, raw: outcomes });
}

interface Course {
  readonly isAsked: boolean;
  readonly isWatched: boolean;
  readonly begin: typeof beginFromUploaders;
}

interface Begun {
  readonly running: RunningClient;
  /** Seconds of the download, once it is over. */
  taken(): Promise<number>;
}

async function download(setting: Setting, client: TestedClient, { isAsked, isWatched, begin }: Course): Promise<Run> {
  const { size, delayFile } = setting;
  const folder = path.join(setting.lab.root, 'into');
  await mkdir(folder);
  try {
    // A lab for each: what a client remembers must not help it.
    await using lab = await Lab.open('/dev/shm');
    const { running, taken } = await begin(setting, client, { lab, folder });
    if (isWatched) beginLoopDelay(running.program);
    using questions = isAsked ? new Questions(running.question!) : undefined;
    const megabytesPerSecond = size / MB / (await taken());
    const loopDelay = isWatched ? await readLoopDelay(running.program, delayFile) : undefined;
    return { megabytesPerSecond, takenMs: [...(questions?.takenMs ?? [])], loopDelay };
  } finally {
    await rm(folder, { recursive: true, force: true });
    await rm(delayFile, { force: true });
  }
}

interface Place {
  readonly lab: Lab;
  readonly folder: string;
}

async function beginFromUploaders({ torrent, size }: Setting, client: TestedClient, place: Place): Promise<Begun> {
  const { lab, folder } = place;
  const running = await client.start({ lab, role: 'leech', torrent, folder, host: lab.address(), peers: [] });
  return {
    running,
    async taken() {
      const counts = { uploaders: UPLOADERS, bytes: size };
      const tester = await Tester.start(lab, { torrent: torrent.file, peer: running.address, ...counts });
      const { atMs } = await tester.tally(TIMEOUT_MS);
      return (atMs - tester.startedMs) / 1000;
    },
  };
}

async function beginFromSeed({ torrent, size }: Setting, client: TestedClient, place: Place): Promise<Begun> {
  const { lab, folder } = place;
  const full = await lab.folder('seed');
  const zeros = path.join(full, FLOOR_FILE);
  await writeFile(zeros, '');
  await truncate(zeros, size);
  const seed = await seedingFloor.start({ lab, role: 'seed', torrent, folder: full, host: lab.address(), peers: [] });
  const peers = [seed.address];
  const running = await client.start({ lab, role: 'leech', torrent, folder, host: lab.address(), peers });
  return {
    running,
    async taken() {
      await running.complete(TIMEOUT_MS);
      return (performance.now() - running.addedAtMs) / 1000;
    },
  };
}

function rowsOf(outcomes: readonly Outcome<Run>[]): string[][] {
  const rateOf = (figures: readonly Run[]) => spreadOf(figures.map((run) => run.megabytesPerSecond));
  return outcomes
    .filter(({ figures }) => figures.length > 0)
    .map(({ name, figures }) => {
      const quiet = outcomes.find((other) => other.name === name.replace(', asked', ', not asked'))?.figures ?? [];
      const taken = figures.flatMap((run) => run.takenMs);
      const delays = figures.flatMap(({ loopDelay }) => loopDelay ?? []);
      const isAsked = taken.length > 0;
      return [
        name,
        formatSpread(rateOf(figures), 0),
        isAsked && quiet.length > 0 ? (rateOf(figures).median / rateOf(quiet).median).toFixed(3) : '',
        isAsked ? percentile(taken, 50).toFixed(2) : '',
        isAsked ? percentile(taken, 99).toFixed(2) : '',
        isAsked ? String(taken.length) : '',
        delays.length > 0 ? formatSpread(spreadOf(delays.map(({ p99Ms }) => p99Ms))) : '',
        delays.length > 0 ? formatSpread(spreadOf(delays.map(({ mostMs }) => mostMs))) : '',
      ];
    });
}
