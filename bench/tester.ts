// Many peers at once, without a disk on their side: 50 uploaders into a client, 20 downloaders from it, and both at once.
// Every block is verified, by the client's hashes or by the tester.

import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { formatInfoHash, PieceGeometry, parseTorrentFile } from '@enjambre/metainfo';
import { libtorrent, libtorrentTuned } from '../tests/interop/clients/libtorrent.ts';
import type { TestedClient } from '../tests/interop/clients/tested-client.ts';
import { whyNot } from '../tests/interop/debian-package.ts';
import { Lab } from '../tests/interop/lab.ts';
import type { Torrent } from '../tests/interop/torrent-maker.ts';
import { enjambre } from './peers.ts';
import { ProcessMeter } from './process-meter.ts';
import { formatSpread, report, spreadOf } from './report.ts';
import { interleave, type Outcome } from './rounds.ts';
import { type BenchOptions, isWanted, type Scenario } from './scenario.ts';
import { torrentOf, writeContent } from './tester/content.ts';
import { Tester } from './tester/tester.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;
const MB = 1e6;
const DEFAULT_ROUNDS = 3;
const UPLOADERS = 50;
const DOWNLOADERS = 20;
const TIMEOUT_MS = 120_000;
/** What 20 downloaders take of a seed, in contents: long enough to be served by turns. */
const SEED_TIMES = 2;
const NAME = 'data.bin';

const modes = ['leech from 50', 'seed to 20', 'both'] as const;
type Mode = (typeof modes)[number];
const clients = [enjambre, libtorrent, libtorrentTuned];

interface Run {
  readonly seconds: number;
  readonly downBytes: number;
  readonly upBytes: number;
  readonly cpuSeconds: number;
  readonly privateBytes: number;
  /** Sent to the client beyond its content; undefined where it had everything. */
  readonly wastedBytes: number | undefined;
}

interface Setting {
  readonly lab: Lab;
  readonly geometry: PieceGeometry;
  readonly torrent: Torrent;
  /** Holds the content. */
  readonly seedFolder: string;
}

export const tester: Scenario = {
  says: `${UPLOADERS} uploaders into a client, ${DOWNLOADERS} downloaders from it, and both: Enjambre and libtorrent`,
  needs: '4 GiB of memory; four minutes',
  run: runTester,
};

async function runTester(options: BenchOptions): Promise<void> {
  await using lab = await Lab.open(options.onDisk ? undefined : '/dev/shm');
  const setting = await prepare(lab, options.size ?? GIB);
  const contestants = modes.flatMap((mode) =>
    clients
      .filter(({ name }) => isWanted(name, options))
      .map((client) => ({
        name: `${client.name}, ${mode}`,
        skip: whyNot([client.debianPackage]),
        run: () => runOnce(setting, client, mode),
      })),
  );
  const outcomes = await interleave(options.rounds ?? DEFAULT_ROUNDS, contestants);
  const header = ['client', 'down MB/s', 'up MB/s', 'CPU-s/GiB moved', 'CPU ratio', 'private MiB', 'waste %'];
  const notes = outcomes.flatMap(({ failure }) => failure ?? []);
  await report('tester', { header, rows: rowsOf(outcomes), notes, raw: outcomes });
}

async function prepare(lab: Lab, size: number): Promise<Setting> {
  const geometry = new PieceGeometry(size, MIB);
  const seedFolder = await lab.folder('content');
  await writeContent(geometry, path.join(seedFolder, NAME));
  const bytes = torrentOf(geometry, NAME);
  const file = path.join(lab.root, 'data.torrent');
  await writeFile(file, bytes);
  return {
    lab,
    geometry,
    seedFolder,
    torrent: { file, infoHash: formatInfoHash(parseTorrentFile(bytes).infoHashV1!) },
  };
}

async function runOnce(
  { lab, geometry, torrent, seedFolder }: Setting,
  client: TestedClient,
  mode: Mode,
): Promise<Run> {
  const isSeed = mode === 'seed to 20';
  const folder = isSeed ? seedFolder : path.join(lab.root, 'leech');
  await mkdir(folder, { recursive: true });
  const host = lab.address();
  const role = isSeed ? 'seed' : 'leech';
  const running = await client.start({ lab, role, torrent, folder, host, peers: [] });
  using meter = new ProcessMeter(running.program.pid, 'now');
  const counts = {
    uploaders: isSeed ? 0 : UPLOADERS,
    downloaders: mode === 'leech from 50' ? 0 : DOWNLOADERS,
    ...(isSeed && { bytes: SEED_TIMES * geometry.totalSize }),
  };
  try {
    const peers = await Tester.start(lab, { torrent: torrent.file, peer: running.address, ...counts });
    if (!isSeed) await running.complete(TIMEOUT_MS);
    const endMs = performance.timeOrigin + performance.now();
    const tally = isSeed ? await peers.tally(TIMEOUT_MS) : await peers.stop();
    const { cpuSeconds, privateBytes } = await meter.read();
    return {
      seconds: ((isSeed ? tally.atMs : endMs) - peers.startedMs) / 1000,
      downBytes: isSeed ? 0 : geometry.totalSize,
      upBytes: tally.receivedBytes,
      cpuSeconds,
      privateBytes,
      wastedBytes: isSeed ? undefined : tally.sentBytes - geometry.totalSize,
    };
  } finally {
    await lab.stopAll();
    if (!isSeed) await rm(folder, { recursive: true });
  }
}

function rowsOf(outcomes: readonly Outcome<Run>[]): string[][] {
  const cpuOf = ({ cpuSeconds, downBytes, upBytes }: Run) => (cpuSeconds * GIB) / (downBytes + upBytes);
  const spread = (runs: readonly Run[], pick: (run: Run) => number, digits: number) =>
    formatSpread(spreadOf(runs.map(pick)), digits);
  return outcomes
    .filter(({ figures }) => figures.length > 0)
    .map(({ name, figures }) => {
      const mode = name.split(', ').at(-1);
      const base = outcomes.find((other) => other.name === `${libtorrent.name}, ${mode}`)?.figures ?? [];
      const medianCpu = (runs: readonly Run[]) => spreadOf(runs.map(cpuOf)).median;
      return [
        name,
        spread(figures, (run) => run.downBytes / run.seconds / MB, 0),
        spread(figures, (run) => run.upBytes / run.seconds / MB, 0),
        spread(figures, cpuOf, 2),
        base.length === 0 ? '' : (medianCpu(figures) / medianCpu(base)).toFixed(2),
        spread(figures, (run) => run.privateBytes / MIB, 0),
        figures[0].wastedBytes === undefined
          ? ''
          : spread(figures, (run) => ((run.wastedBytes ?? 0) / run.downBytes) * 100, 2),
      ];
    });
}
