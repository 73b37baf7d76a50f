// Many clients under one backend, started as fast as it starts them, beside as many bare HTTP servers of the same Node:
// until the last one answers. Then what all of it costs at rest.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTorrent } from '@enjambre/engine';
import { ENJAMBRE } from '../tests/interop/clients/enjambre.ts';
import { Lab } from '../tests/interop/lab.ts';
import { runBareServers } from './bare-servers.ts';
import { buildClient } from './built-client.ts';
import { measureRest, type Rest } from './fleet-rest.ts';
import { formatSpread, report, spreadOf } from './report.ts';
import type { BenchOptions, Scenario } from './scenario.ts';

const DEFAULT_COUNT = 100;
const DEFAULT_ROUNDS = 3;
const TIMEOUT_MS = 120_000;
const MIB = 2 ** 20;

interface Round extends Rest {
  readonly bareMs: number;
  readonly barePrivateBytes: number;
  readonly clientsMs: number;
}

export const fleet: Scenario = {
  says: '100 clients (or COUNT) by the backend beside as many bare HTTP servers, and all of it at rest',
  needs: '2 GiB of memory for 100; two minutes',
  counts: true,
  run: runFleet,
};

async function runFleet({ count = DEFAULT_COUNT, rounds: turns = DEFAULT_ROUNDS }: BenchOptions): Promise<void> {
  buildClient();
  const rounds: Round[] = [];
  // Deleted after the last round: while thousands of files have only just gone, ext4 searches for a place for each new one.
  const folder = await mkdtemp(path.join(tmpdir(), 'enjambre-bench-'));
  try {
    for (let round = 0; round < turns; round++) {
      process.stdout.write(`round ${round + 1} of ${turns}\n`);
      const bare = await runBareServers(count);
      const clients = await runClients(count, path.join(folder, `${round}`));
      rounds.push({ bareMs: bare.wallMs, barePrivateBytes: bare.privateBytes, ...clients });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const row = (name: string, pick: (round: Round) => number, digits: number) => [
    name,
    formatSpread(spreadOf(rounds.map(pick)), digits),
  ];
  const rows = [
    row(`${count} bare HTTP servers, ms`, (round) => round.bareMs, 0),
    row(`${count} clients by the backend, ms`, (round) => round.clientsMs, 0),
    row('ratio', (round) => round.clientsMs / round.bareMs, 2),
    row('a client at rest, % of a core', (round) => round.clientPercent, 2),
    row('private MiB of a client', (round) => round.clientPrivateBytes / MIB, 1),
    row('private MiB of a bare server', (round) => round.barePrivateBytes / MIB, 1),
    row('the backend at rest, % of a core', (round) => round.backendPercent, 1),
    row('resident MiB of the backend', (round) => round.backendResidentBytes / MIB, 0),
  ];
  await report('fleet', { header: ['what', 'median (least–most)'], rows, notes: [], raw: rounds });
}

async function runClients(count: number, folder: string): Promise<Rest & { readonly clientsMs: number }> {
  await mkdir(folder);
  await using lab = await Lab.open();
  const file = path.join(folder, 'data.bin');
  await writeFile(file, 'a small thing that many want');
  const { bytes } = await createTorrent({ path: file, trackers: [] });
  const flags = ['--port=0', '--page-port=0', `--data-dir=${path.join(folder, 'data')}`, '--listen-host=127.0.0.1'];
  const backend = lab.start(ENJAMBRE, ['start', '--tracker-port=0', ...flags]);
  const port = await backend.until('listen', () => backend.output.match(/"port":(\d+)/)?.[1], TIMEOUT_MS);
  const url = `http://127.0.0.1:${port}/api/v1`;
  const body = new FormData();
  body.append('file', new Blob([Buffer.from(bytes)]), 'data.torrent');
  await fetch(`${url}/torrents`, { method: 'POST', body });
  const started = performance.now();
  await Promise.all(Array.from({ length: count }, (_, number) => create(url, `client-${number}`)));
  await backend.until('see all answer', async () => (await areAllHealthy(url, count)) || undefined, TIMEOUT_MS);
  return { clientsMs: performance.now() - started, ...(await measureRest(backend.pid, url)) };
}

async function create(url: string, containerName: string): Promise<void> {
  const body = JSON.stringify({ containerName, torrentFile: 'data.torrent' });
  const answer = await fetch(`${url}/containers`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });
  if (!answer.ok) throw new Error(await answer.text());
}

/** Asked for as little as tells it: the backend has the cores for starting clients. */
async function areAllHealthy(url: string, count: number): Promise<boolean> {
  const answer = await fetch(`${url}/containers?health=healthy&limit=1`);
  return ((await answer.json()) as { total: number }).total === count;
}
