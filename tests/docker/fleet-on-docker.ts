// A backend that runs clients on an engine, a network with a tracker on it, and something to download.

import assert from 'node:assert/strict';
import { chownSync, copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ContainerView } from '@enjambre/contract';
import { afterwards } from '../contract/cleanup.ts';
import { makeTorrent, type TorrentFixture, temporaryFolder } from '../contract/torrent-fixture.ts';
import type { Engine } from '../engines/engine-lab.ts';
import { type Backend, startBackend } from '../fleet/backend-process.ts';

const CLIENT_USER = 1000;
const NETWORK = 'enjambre';
/** What a client of the tests announces to, by the name that the network gives. */
const TRACKER = 'http://tracker:8080/announce';

export interface DockerFleet {
  readonly engine: Engine;
  /** Downloads go below it. */
  readonly root: string;
  start(t: TestContext, options?: { home?: string; host?: string }): Promise<Backend>;
}

/** Nothing is started but the tracker. */
export function makeFleet(t: TestContext, engine: Engine): DockerFleet {
  const root = join(temporaryFolder(t), 'downloads');
  mkdirSync(root);
  afterwards(t, () => clear(engine));
  engine.docker('network', 'create', '--label', 'enjambre.fleet=enjambre', NETWORK);
  const tracker = ['tracker', '--interval=2', '--min-interval=2'];
  engine.docker('run', '--detach', '--name=tracker', `--network=${NETWORK}`, 'enjambre', ...tracker);
  return {
    engine,
    root,
    start: (test, { home, host = engine.host } = {}) =>
      startBackend(test, { home, argv: ['--driver=docker', `--docker-host=${host}`, `--root=${root}`] }),
  };
}

/** A torrent, which the tracker introduces unless told otherwise, and its data in the folder `seed`, as its client needs them. */
export function makeContent(
  t: TestContext,
  { root }: Pick<DockerFleet, 'root'>,
  size: number,
  trackers: readonly string[] = [TRACKER],
): TorrentFixture {
  const torrent = makeTorrent(t, size, { pieceLength: 65_536, trackers });
  const folder = join(root, 'seed');
  mkdirSync(folder);
  for (const name of readdirSync(torrent.complete)) {
    copyFileSync(join(torrent.complete, name), join(folder, name));
    chownSync(join(folder, name), CLIENT_USER, CLIENT_USER);
  }
  chownSync(folder, CLIENT_USER, CLIENT_USER);
  return torrent;
}

export async function keepTorrent(backend: Backend, torrent: TorrentFixture): Promise<string> {
  const name = basename(torrent.path);
  const { status } = await backend.upload(readFileSync(torrent.path), name);
  assert.equal(status, 200);
  return name;
}

/** Its client answers, and has everything. */
export function isComplete({ health, status }: ContainerView): boolean {
  return health === 'healthy' && status?.state === 'completed';
}

/** Everything of a test but the image. */
function clear(engine: Engine): void {
  const containers = engine.docker('ps', '--all', '--quiet').split('\n').filter(Boolean);
  if (containers.length > 0) engine.docker('rm', '--force', '--volumes', ...containers);
  engine.docker('network', 'prune', '--force');
}
