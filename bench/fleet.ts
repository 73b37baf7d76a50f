// A hundred clients under one backend, started as fast as it starts them, beside a hundred bare HTTP servers of the same
// Node: until the last one answers. Then what the backend costs at rest.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerView } from '@enjambre/contract';
import { createTorrent } from '@enjambre/engine';
import { ENJAMBRE } from '../tests/interop/clients/enjambre.ts';
import { Lab } from '../tests/interop/lab.ts';
import { formatSpread, report, spreadOf } from './report.ts';
import type { BenchOptions, Scenario } from './scenario.ts';

const COUNT = 100;
const DEFAULT_ROUNDS = 3;
const TIMEOUT_MS = 120_000;
const REST_SECONDS = 10;
/** What `/proc` counts in: USER_HZ is 100 on every Linux of today. */
const TICKS_PER_SECOND = 100;

const BARE_SERVER = `
const server = require('node:http').createServer((request, response) => response.end('OK'));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

interface Round {
  readonly bareMs: number;
  readonly clientsMs: number;
  /** Share of one core that the backend uses with all of them running and nothing to do. */
  readonly restPercent: number;
}

export const fleet: Scenario = {
  says: '100 clients by the backend beside 100 bare HTTP servers, and the backend at rest',
  needs: '2 GiB of memory; two minutes',
  run: runFleet,
};

async function runFleet({ rounds: count = DEFAULT_ROUNDS }: BenchOptions): Promise<void> {
  const rounds: Round[] = [];
  for (let round = 0; round < count; round++) {
    process.stdout.write(`round ${round + 1} of ${count}\n`);
    rounds.push({ bareMs: await startBare(), ...(await startClients()) });
  }
  const row = (name: string, pick: (round: Round) => number, digits: number) => [
    name,
    formatSpread(spreadOf(rounds.map(pick)), digits),
  ];
  const rows = [
    row(`${COUNT} bare HTTP servers, ms`, (round) => round.bareMs, 0),
    row(`${COUNT} clients by the backend, ms`, (round) => round.clientsMs, 0),
    row('ratio', (round) => round.clientsMs / round.bareMs, 2),
    row('the backend at rest, % of a core', (round) => round.restPercent, 1),
  ];
  await report('fleet', { header: ['what', 'median (least–most)'], rows, notes: [], raw: rounds });
}

async function startBare(): Promise<number> {
  await using lab = await Lab.open();
  const script = path.join(lab.root, 'bare.cjs');
  await writeFile(script, BARE_SERVER);
  const started = performance.now();
  const servers = Array.from({ length: COUNT }, () => lab.start(process.execPath, [script]));
  await Promise.all(
    servers.map((server) =>
      server.until('listen', async () => (await fetch(`http://127.0.0.1:${Number(server.output)}`)).ok, TIMEOUT_MS),
    ),
  );
  return performance.now() - started;
}

async function startClients(): Promise<Omit<Round, 'bareMs'>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'enjambre-bench-'));
  try {
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
    await Promise.all(Array.from({ length: COUNT }, (_, number) => create(url, `client-${number}`)));
    await backend.until('see all answer', async () => (await areAllHealthy(url)) || undefined, TIMEOUT_MS);
    const clientsMs = performance.now() - started;
    await sleep(REST_SECONDS * 1000);
    const before = await cpuTicks(backend.pid);
    await sleep(REST_SECONDS * 1000);
    const ticks = (await cpuTicks(backend.pid)) - before;
    return { clientsMs, restPercent: (100 * ticks) / TICKS_PER_SECOND / REST_SECONDS };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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

async function areAllHealthy(url: string): Promise<boolean> {
  const { items } = (await (await fetch(`${url}/containers?limit=1000`)).json()) as { items: ContainerView[] };
  return items.length === COUNT && items.every(({ health }) => health === 'healthy');
}

async function cpuTicks(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1].split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
