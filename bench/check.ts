// Rechecking a torrent whose file lies in the page cache, and making a torrent of it. A recheck is timed from outside, the
// same way for everybody: from the start of the program until it says that all is there, less the same with one piece.

import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { formatInfoHash, PieceGeometry, parseTorrentFile } from '@enjambre/metainfo';
import { aria2 } from '../tests/interop/clients/aria2.ts';
import { ENJAMBRE } from '../tests/interop/clients/enjambre.ts';
import { libtorrent, libtorrentTuned } from '../tests/interop/clients/libtorrent.ts';
import { qbittorrent } from '../tests/interop/clients/qbittorrent.ts';
import { rtorrent } from '../tests/interop/clients/rtorrent.ts';
import type { TestedClient } from '../tests/interop/clients/tested-client.ts';
import { transmission } from '../tests/interop/clients/transmission.ts';
import { whyNot } from '../tests/interop/debian-package.ts';
import { Lab } from '../tests/interop/lab.ts';
import type { Torrent } from '../tests/interop/torrent-maker.ts';
import { hashFloor } from './hash-floor.ts';
import { measuredRun } from './measured-run.ts';
import { enjambre } from './peers.ts';
import { cpuSecondsOf } from './process-meter.ts';
import { formatSpread, report, spreadOf } from './report.ts';
import { interleave, type Outcome } from './rounds.ts';
import { type BenchOptions, isWanted, type Scenario } from './scenario.ts';
import { torrentOf, writeContent } from './tester/content.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;
const GB = 1e9;
const DEFAULT_ROUNDS = 3;
/** rtorrent loads no torrent without a tracker; nobody listens there. */
const DEAD_TRACKER = 'http://127.0.0.1:1/announce';

const clients = [enjambre, libtorrent, libtorrentTuned, transmission, aria2, rtorrent, qbittorrent];

interface Figure {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** A torrent with its file beside it. */
interface Content {
  readonly size: number;
  readonly folder: string;
  readonly file: string;
  readonly torrent: Torrent;
}

export const check: Scenario = {
  says: 'rechecking 2 GiB in the page cache, and making a torrent of it: everybody',
  needs: '2 GiB in /dev/shm; six minutes',
  run: runCheck,
};

async function runCheck(options: BenchOptions): Promise<void> {
  await using lab = await Lab.open(options.onDisk ? undefined : '/dev/shm');
  const content = await prepare(lab, 'large', options.size ?? 2 * GIB);
  const one = await prepare(lab, 'one-piece', MIB);
  const contestants = [
    { name: 'Node threads alone', skip: false as const, run: () => hashFloor(content.file, content.size, MIB) },
    ...clients.map((client) => ({
      name: `${client.name}, recheck`,
      skip: whyNot([client.debianPackage]),
      run: () => recheck(client, content, one),
    })),
    ...Object.entries(makers).map(([name, { debianPackage, command }]) => ({
      name: `${name}, create`,
      skip: whyNot([debianPackage]),
      run: () => create(lab, command(content.file, path.join(lab.root, 'made.torrent'))),
    })),
  ].filter(({ name }) => isWanted(name.split(',')[0], options));
  const outcomes = await interleave(options.rounds ?? DEFAULT_ROUNDS, contestants);
  const header = ['program', 'seconds', 'GB/s', 'CPU-s/GiB', 'rate ÷ libtorrent'];
  const notes = outcomes.flatMap(({ failure }) => failure ?? []);
  await report('check', { header, rows: rowsOf(outcomes, content.size), notes, raw: outcomes });
}

async function prepare(lab: Lab, name: string, size: number): Promise<Content> {
  const geometry = new PieceGeometry(size, MIB);
  const folder = await lab.folder(name);
  const content = path.join(folder, `${name}.bin`);
  await writeContent(geometry, content);
  const bytes = torrentOf(geometry, `${name}.bin`, DEAD_TRACKER);
  const file = path.join(lab.root, `${name}.torrent`);
  await writeFile(file, bytes);
  return {
    size,
    folder,
    file: content,
    torrent: { file, infoHash: formatInfoHash(parseTorrentFile(bytes).infoHashV1!) },
  };
}

async function recheck(client: TestedClient, content: Content, one: Content): Promise<Figure> {
  const least = await startSeed(client, one);
  const whole = await startSeed(client, content);
  return { seconds: whole.seconds - least.seconds, cpuSeconds: whole.cpuSeconds - least.cpuSeconds };
}

/** Nothing is left of an earlier check: the client's own folder is new, and so is what ours keeps beside the content. */
async function startSeed(client: TestedClient, { folder, torrent }: Content): Promise<Figure> {
  await rm(path.join(folder, '.enjambre'), { recursive: true, force: true });
  await using lab = await Lab.open();
  const started = performance.now();
  const running = await client.start({ lab, role: 'seed', torrent, folder, host: lab.address(), peers: [] });
  const seconds = (performance.now() - started) / 1000;
  return { seconds, cpuSeconds: await cpuSecondsOf(running.program.pid) };
}

interface Maker {
  readonly debianPackage: string | undefined;
  command(file: string, output: string): readonly string[];
}

const makers: Readonly<Record<string, Maker>> = {
  Enjambre: {
    debianPackage: undefined,
    command: (file, output) => [ENJAMBRE, 'create', file, '--piece-length=1MiB', '-o', output],
  },
  libtorrent: {
    debianPackage: 'python3-libtorrent',
    command: (file, output) => [
      ...['/usr/bin/python3', path.join(import.meta.dirname, 'libtorrent-create.py')],
      ...[file, String(MIB), output],
    ],
  },
  Transmission: {
    debianPackage: 'transmission-cli',
    command: (file, output) => ['transmission-create', '--piecesize', String(MIB / 1024), '-o', output, file],
  },
  mktorrent: {
    debianPackage: 'mktorrent',
    command: (file, output) => [
      'mktorrent',
      '-t',
      '2',
      '-l',
      String(Math.log2(MIB)),
      '-a',
      DEAD_TRACKER,
      '-o',
      output,
      file,
    ],
  },
};

/** The whole program, its start included. */
async function create(lab: Lab, command: readonly string[]): Promise<Figure> {
  await rm(path.join(lab.root, 'made.torrent'), { force: true });
  const { wallSeconds, userSeconds, systemSeconds } = await measuredRun(path.join(lab.root, 'measured.json'), command);
  return { seconds: wallSeconds, cpuSeconds: userSeconds + systemSeconds };
}

function rowsOf(outcomes: readonly Outcome<Figure>[], size: number): string[][] {
  const medianSeconds = (figures: readonly Figure[]) => spreadOf(figures.map(({ seconds }) => seconds)).median;
  return outcomes
    .filter(({ figures }) => figures.length > 0)
    .map(({ name, figures }) => {
      const work = name.split(', ')[1] ?? 'recheck';
      const base = outcomes.find((other) => other.name === `${libtorrent.name}, ${work}`)?.figures ?? [];
      return [
        name,
        formatSpread(spreadOf(figures.map(({ seconds }) => seconds))),
        formatSpread(spreadOf(figures.map(({ seconds }) => size / seconds / GB))),
        formatSpread(spreadOf(figures.map(({ cpuSeconds }) => (cpuSeconds * GIB) / size))),
        base.length === 0 ? '' : (medianSeconds(base) / medianSeconds(figures)).toFixed(2),
      ];
    });
}
