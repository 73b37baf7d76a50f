// Leeching from one libtorrent seeder whose data is hashed beforehand, into memory: ours and libtorrent's own leecher in
// turns. Wall time is the whole process, from its start to its exit with everything verified.

import { randomFillSync } from 'node:crypto';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunFile } from '@enjambre/contract';
import { createTorrent } from '@enjambre/engine';
import { ENJAMBRE } from '../tests/interop/clients/enjambre.ts';
import { libtorrent } from '../tests/interop/clients/libtorrent.ts';
import { Lab } from '../tests/interop/lab.ts';
import { type Measured, measuredRun } from './measured-run.ts';
import { formatSpread, report, spreadOf } from './report.ts';
import type { BenchOptions, Scenario } from './scenario.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;
const ROUNDS = 3;
const STATUS_INTERVAL_MS = 20;

interface Run {
  readonly client: string;
  readonly measured: Measured;
  /** Of `/status` while it downloaded, in milliseconds; ours only. */
  readonly statusMs: number[];
}

interface Setting {
  readonly folder: string;
  readonly torrent: string;
  readonly size: number;
  readonly seed: { host: string; port: number };
}

export const leech: Scenario = {
  says: '1 GiB from one libtorrent seeder into memory: libtorrent, tuned libtorrent, Enjambre',
  needs: '4 GiB in /dev/shm; two minutes',
  run: runLeech,
};

async function runLeech({ size = GIB }: BenchOptions): Promise<void> {
  const folder = await mkdtemp('/dev/shm/enjambre-bench-');
  await using lab = await Lab.open();
  try {
    const torrent = await prepare(folder, size);
    const host = lab.address();
    const seeding = { lab, role: 'seed', torrent: { file: torrent, infoHash: '' }, folder, host, peers: [] } as const;
    const { address: seed } = await libtorrent.start(seeding);
    const setting = { folder, torrent, size, seed };
    const runs: Run[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      for (const client of ['libtorrent', 'libtorrent tuned', 'Enjambre']) {
        process.stdout.write(`round ${round + 1} of ${ROUNDS}: ${client}\n`);
        runs.push(await leechOnce(client, setting, lab.address()));
      }
    }
    await report('leech', { ...tableOf(runs, size), notes: [], raw: runs });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function prepare(folder: string, size: number): Promise<string> {
  const file = path.join(folder, 'data.bin');
  const handle = await open(file, 'w');
  const chunk = Buffer.allocUnsafe(MIB);
  for (let at = 0; at < size; at += MIB) await handle.write(randomFillSync(chunk), 0, MIB, at);
  await handle.close();
  const { bytes } = await createTorrent({ path: file, trackers: [], pieceLength: MIB });
  const torrent = path.join(folder, 'data.torrent');
  await writeFile(torrent, bytes);
  return torrent;
}

async function leechOnce(client: string, setting: Setting, host: string): Promise<Run> {
  const { folder, torrent, seed } = setting;
  const into = await mkdtemp(path.join(folder, 'leech-'));
  const runFile = path.join(folder, 'run.json');
  const result = path.join(folder, 'measured.json');
  const script = path.join(import.meta.dirname, 'libtorrent-leech.py');
  const theirs = ['/usr/bin/python3', script, torrent, into, host, seed.host, String(seed.port)];
  const ours = [
    ...[ENJAMBRE, 'client', `--torrent-file=${torrent}`, `--archives=${into}`, `--listen-host=${host}`],
    ...[`--peer=${seed.host}:${seed.port}`, '--listen-port=0', '--http-port=auto', `--run-file=${runFile}`],
    ...['--exit-on-complete', '--log-level=error'],
  ];
  const commands: Record<string, string[]> = {
    libtorrent: theirs,
    'libtorrent tuned': [...theirs, 'tuned'],
    Enjambre: ours,
  };
  const polling = new AbortController();
  const statusMs = client === 'Enjambre' ? pollStatus(runFile, polling.signal) : Promise.resolve([]);
  try {
    const measured = await measuredRun(result, commands[client]);
    polling.abort();
    return { client, measured, statusMs: await statusMs };
  } finally {
    await rm(into, { recursive: true, force: true });
  }
}

/** How long `/status` takes, asked again and again until the client is gone. */
async function pollStatus(runFile: string, signal: AbortSignal): Promise<number[]> {
  const taken: number[] = [];
  while (!signal.aborted) {
    try {
      const { httpPort } = JSON.parse(await readFile(runFile, 'utf8')) as RunFile;
      const started = performance.now();
      await ask(`http://127.0.0.1:${httpPort}/status`);
      taken.push(performance.now() - started);
    } catch {
      // Not listening yet, or gone already.
    }
    await sleep(STATUS_INTERVAL_MS);
  }
  return taken;
}

function ask(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    request(url, (answer) => answer.on('end', resolve).on('error', reject).resume())
      .on('error', reject)
      .end();
  });
}

function tableOf(runs: readonly Run[], size: number) {
  const cpuOf = ({ measured }: Run) => ((measured.userSeconds + measured.systemSeconds) * GIB) / size;
  const ofClient = (client: string) => runs.filter((run) => run.client === client);
  const base = spreadOf(ofClient('libtorrent').map(cpuOf)).median;
  const rows = [...new Set(runs.map((run) => run.client))].map((client) => {
    const own = ofClient(client);
    const cpu = spreadOf(own.map(cpuOf));
    const status = own.flatMap((run) => run.statusMs);
    return [
      client,
      formatSpread(spreadOf(own.map((run) => run.measured.wallSeconds))),
      formatSpread(cpu),
      (cpu.median / base).toFixed(2),
      (spreadOf(own.map((run) => run.measured.privateBytes)).median / MIB).toFixed(0),
      status.length === 0 ? '' : `${Math.max(...status).toFixed(1)} of ${status.length}`,
    ];
  });
  const header = ['client', 'wall s', 'CPU-s/GiB', 'ratio', 'private MiB', '/status, slowest ms'];
  return { header, rows };
}
