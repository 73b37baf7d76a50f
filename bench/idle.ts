// What clients with nothing to do keep and use: with one torrent that waits for peers, with 1,000 such, with 1,000 that are
// seeded, and a seed with 1,000 connections that say nothing. All clients rest at the same time: that disturbs nobody.

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { aria2 } from '../tests/interop/clients/aria2.ts';
import { libtorrent } from '../tests/interop/clients/libtorrent.ts';
import { qbittorrent } from '../tests/interop/clients/qbittorrent.ts';
import type { RunningClient, TestedClient } from '../tests/interop/clients/tested-client.ts';
import { transmission } from '../tests/interop/clients/transmission.ts';
import { whyNot } from '../tests/interop/debian-package.ts';
import { Lab } from '../tests/interop/lab.ts';
import type { Torrent } from '../tests/interop/torrent-maker.ts';
import { emptyTorrents, writeEmptyContent } from './empty-torrents.ts';
import { enjambre, enjambreFromSources } from './peers.ts';
import { cpuSecondsOf, memoryOf } from './process-meter.ts';
import { formatSpread, report, spreadOf } from './report.ts';
import { type BenchOptions, isWanted, type Scenario } from './scenario.ts';
import { Tester } from './tester/tester.ts';

const MIB = 2 ** 20;
const COUNT = 1000;
/** Of each torrent, 16 KiB long. */
const PIECES = 1000;
/** libtorrent takes strangers up to three quarters of its limit only. */
const CONNECTION_LIMIT = 2 * COUNT;
const DEFAULT_ROUNDS = 3;
/** Starting leaves garbage behind, which every client takes its time to give back: ours half a minute. */
const SETTLE_MS = 45_000;
const REST_SECONDS = 10;

const clients = [enjambre, enjambreFromSources, libtorrent, transmission, aria2, qbittorrent];
const MOST_REASON = 200;
const BARE_NODE = 'bare Node';

interface Rest {
  readonly privateBytes: number;
  /** Share of one core. */
  readonly cpuPercent: number;
}

interface Setting {
  readonly torrents: readonly Torrent[];
}

interface Situation {
  readonly title: string;
  readonly clients: readonly TestedClient[];
  start(lab: Lab, client: TestedClient, setting: Setting): Promise<RunningClient>;
}

const situations: readonly Situation[] = [
  { title: '1 torrent', clients, start: (lab, client, setting) => startWaiting(lab, client, setting, 1) },
  {
    title: '1,000 torrents',
    clients,
    start: (lab, client, setting) => startWaiting(lab, client, setting, COUNT),
  },
  // The others would hash 16 GiB first.
  { title: '1,000 seeds', clients: [enjambre, enjambreFromSources], start: startSeeds },
  // aria2 accepts but a few a second.
  {
    title: '1,000 connections',
    clients: [enjambre, enjambreFromSources, libtorrent, transmission],
    start: startConnected,
  },
];

export const idle: Scenario = {
  says: 'memory and processor time of clients with nothing to do: 1 torrent, 1,000 torrents, 1,000 connections',
  needs: '4 GiB of memory; seven minutes',
  run: runIdle,
};

async function runIdle(options: BenchOptions): Promise<void> {
  const rounds = options.rounds ?? DEFAULT_ROUNDS;
  await using lab = await Lab.open('/dev/shm');
  const setting = { torrents: await emptyTorrents(lab.root, COUNT, PIECES) };
  const found = new Map<string, Rest[]>();
  const notes = new Set<string>();
  const keep = (key: string, one: Rest) => void found.set(key, [...(found.get(key) ?? []), one]);
  const restIn = async (situation: Situation): Promise<void> => {
    const wanted = situation.clients.filter(({ name }) => isWanted(name, options));
    const rests = wanted.map(async (client) => {
      try {
        const skip = whyNot([client.debianPackage]);
        if (skip === false) keep(`${client.name}, ${situation.title}`, await restOf(situation, client, setting));
        else notes.add(`${client.name} skipped: ${skip}`);
      } catch (error) {
        notes.add(`${client.name}, ${situation.title}, failed: ${reasonOf(error)}`);
      }
    });
    if (situation === situations[0])
      rests.push(restOfNode().then((one) => keep(`${BARE_NODE}, ${situation.title}`, one)));
    await Promise.all(rests);
  };
  for (let round = 1; round <= rounds; round++) {
    for (const together of [situations.slice(0, 2), situations.slice(2)]) {
      process.stdout.write(`round ${round} of ${rounds}: ${together.map(({ title }) => title).join(', ')}\n`);
      await Promise.all(together.map((situation) => restIn(situation)));
    }
  }
  const header = ['client', ...situations.flatMap(({ title }) => [`${title}: MiB`, 'CPU %'])];
  await report('idle', { header, rows: rowsOf(found, options), notes: [...notes], raw: Object.fromEntries(found) });
}

async function restOf(situation: Situation, client: TestedClient, setting: Setting): Promise<Rest> {
  await using lab = await Lab.open('/dev/shm');
  const { program } = await situation.start(lab, client, setting);
  return await rest(program.pid);
}

async function restOfNode(): Promise<Rest> {
  await using lab = await Lab.open();
  const script = path.join(lab.root, 'bare.cjs');
  await writeFile(script, 'setInterval(() => {}, 60_000)');
  return await rest(lab.start(process.execPath, [script]).pid);
}

async function rest(pid: number): Promise<Rest> {
  await sleep(SETTLE_MS);
  const before = await cpuSecondsOf(pid);
  await sleep(REST_SECONDS * 1000);
  const cpuPercent = (((await cpuSecondsOf(pid)) - before) / REST_SECONDS) * 100;
  const { privateBytes } = await memoryOf(pid);
  return { privateBytes, cpuPercent };
}

/** Nothing is there, and nobody has it. */
async function startWaiting(
  lab: Lab,
  client: TestedClient,
  { torrents }: Setting,
  count: number,
): Promise<RunningClient> {
  const [torrent, ...others] = torrents.slice(0, count);
  const folder = await lab.folder('empty');
  const more = others.map(({ file }) => file);
  return client.start({ lab, role: 'leech', torrent, folder, host: lab.address(), peers: [], others: more });
}

/** Checked by a run before: what a check leaves in memory is not what resting costs. */
async function startSeeds(lab: Lab, client: TestedClient, { torrents }: Setting): Promise<RunningClient> {
  const [torrent, ...others] = torrents;
  const folder = await lab.folder('full');
  await writeEmptyContent(folder, COUNT, PIECES);
  const more = others.map(({ file }) => file);
  const seed = (again: boolean) =>
    client.start({ lab, role: 'seed', torrent, folder, host: lab.address(), peers: [], others: more, again });
  const { program } = await seed(false);
  await program.stop();
  return seed(true);
}

async function startConnected(lab: Lab, client: TestedClient, { torrents }: Setting): Promise<RunningClient> {
  const [torrent] = torrents;
  const folder = await lab.folder('full');
  await writeEmptyContent(folder, 1, PIECES);
  const host = lab.address();
  const running = await client.start({
    ...{ lab, role: 'seed', torrent, folder, host, peers: [] },
    maxConnections: CONNECTION_LIMIT,
  });
  await Tester.start(lab, { torrent: torrent.file, peer: running.address, silent: COUNT });
  return running;
}

/** A thousand torrents are named in a program's command line. */
function reasonOf(error: unknown): string {
  const { message } = error as Error;
  return message.length <= MOST_REASON ? message : `… ${message.slice(-MOST_REASON)}`;
}

function rowsOf(found: ReadonlyMap<string, readonly Rest[]>, options: BenchOptions): string[][] {
  const names = [BARE_NODE, ...clients.map(({ name }) => name).filter((name) => isWanted(name, options))];
  return names.map((name) => [
    name,
    ...situations.flatMap(({ title }) => {
      const rests = found.get(`${name}, ${title}`);
      if (rests === undefined) return ['', ''];
      return [
        formatSpread(spreadOf(rests.map(({ privateBytes }) => privateBytes / MIB)), 1),
        formatSpread(spreadOf(rests.map(({ cpuPercent }) => cpuPercent)), 1),
      ];
    }),
  ]);
}
