// From a torrent that a client was given to the first block that a seed sent it. The seed is known beforehand and answers at
// once. *Start*: the program is started with the torrent. *Added*: it runs, and is given the torrent by its API.

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { formatInfoHash, PieceGeometry, parseTorrentFile } from '@enjambre/metainfo';
import { libtorrent } from '../../tests/interop/clients/libtorrent.ts';
import { qbittorrent } from '../../tests/interop/clients/qbittorrent.ts';
import { rtorrent } from '../../tests/interop/clients/rtorrent.ts';
import type { TestedClient } from '../../tests/interop/clients/tested-client.ts';
import { whyNot } from '../../tests/interop/debian-package.ts';
import { Lab } from '../../tests/interop/lab.ts';
import type { Torrent } from '../../tests/interop/torrent-maker.ts';
import { enjambre } from '../peers.ts';
import { report } from '../report.ts';
import { interleave } from '../rounds.ts';
import { type BenchOptions, isWanted } from '../scenario.ts';
import { torrentOf } from '../tester/content.ts';
import { SeedServer } from '../tester/seed-server.ts';
import { percentile } from './percentile.ts';

const MIB = 2 ** 20;
/** Small: what is timed is the way to the first block. */
const SIZE = 4 * MIB;
const PIECE_LENGTH = MIB / 4;
const ADDS = 50;
const STARTS_A_ROUND = 5;
const DEFAULT_ROUNDS = 3;
const TIMEOUT_MS = 20_000;
/** rtorrent loads no torrent without a tracker. */
const DEAD_TRACKER = 'http://127.0.0.1:1/announce';

export async function firstBlock(options: BenchOptions): Promise<void> {
  const geometry = new PieceGeometry(SIZE, PIECE_LENGTH);
  await using server = new SeedServer(geometry);
  await using lab = await Lab.open('/dev/shm');
  const setting = { server, geometry, seed: await server.listen(lab.address()) };
  const started = [enjambre, libtorrent, qbittorrent, rtorrent].map((client) => ({
    name: `${client.name}, start`,
    skip: whyNot([client.debianPackage]),
    run: () => timeStarts(setting, client),
  }));
  const added = { name: `${enjambre.name}, added`, skip: false as const, run: () => timeAdds(setting) };
  const contestants = [added, ...started].filter(({ name }) => isWanted(name.split(',')[0], options));
  const outcomes = await interleave(options.rounds ?? DEFAULT_ROUNDS, contestants);
  const rows = outcomes.flatMap(({ name, figures }) => {
    const times = figures.flat();
    if (times.length === 0) return [];
    return [[name, percentile(times, 50).toFixed(1), percentile(times, 99).toFixed(1), String(times.length)]];
  });
  const header = ['client', 'first block p50 ms', 'p99 ms', 'times'];
  await report('latency-first-block', {
    header,
    rows,
    notes: outcomes.flatMap(({ failure }) => failure ?? []),
    raw: outcomes,
  });
}

interface Setting {
  readonly server: SeedServer;
  readonly geometry: PieceGeometry;
  readonly seed: Awaited<ReturnType<SeedServer['listen']>>;
}

async function makeTorrent(lab: Lab, geometry: PieceGeometry, number: number): Promise<Torrent> {
  const bytes = torrentOf(geometry, `data-${number}.bin`, DEAD_TRACKER);
  const file = path.join(lab.root, `${number}.torrent`);
  await writeFile(file, bytes);
  return { file, infoHash: formatInfoHash(parseTorrentFile(bytes).infoHashV1!) };
}

async function timeStarts({ server, geometry, seed }: Setting, client: TestedClient): Promise<number[]> {
  const times: number[] = [];
  for (let number = 0; number < STARTS_A_ROUND; number++) {
    await using lab = await Lab.open('/dev/shm');
    const torrent = await makeTorrent(lab, geometry, number);
    const folder = await lab.folder('into');
    const first = soon(server.firstBlock(torrent.infoHash));
    const startedMs = performance.now();
    await client.start({ lab, role: 'leech', torrent, folder, host: lab.address(), peers: [seed] });
    times.push((await first) - startedMs);
  }
  return times;
}

/** One after the other, into one client. */
async function timeAdds({ server, geometry, seed }: Setting): Promise<number[]> {
  await using lab = await Lab.open('/dev/shm');
  const folder = await lab.folder('into');
  const [torrent, ...rest] = await Promise.all(
    Array.from({ length: 1 + ADDS }, (_, number) => makeTorrent(lab, geometry, number)),
  );
  const running = await enjambre.start({ lab, role: 'leech', torrent, folder, host: lab.address(), peers: [seed] });
  await running.complete(TIMEOUT_MS);
  const url = new URL('/api/v1/torrents', running.statusUrl);
  const times: number[] = [];
  for (const { file, infoHash } of rest) {
    const body = await readFile(file);
    const first = soon(server.firstBlock(infoHash));
    const startedMs = performance.now();
    const answer = await fetch(url, { method: 'POST', body });
    if (!answer.ok) throw new Error(`a torrent was not taken: ${answer.status} ${await answer.text()}`);
    await answer.body?.cancel();
    times.push((await first) - startedMs);
  }
  return times;
}

/** Rejects when it takes too long. */
function soon(time: Promise<number>): Promise<number> {
  const timeOut = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`no block within ${TIMEOUT_MS} ms`)), TIMEOUT_MS).unref();
  });
  const first = Promise.race([time, timeOut]);
  // Whoever waits for it may have failed before.
  first.catch(() => {});
  return first;
}
