// A backend that runs clients on a Swarm of two engines, an overlay network with a tracker on it, and something to download.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterwards } from '../contract/cleanup.ts';
import { temporaryFolder } from '../contract/torrent-fixture.ts';
import type { Engine, EngineLab } from '../engines/engine-lab.ts';
import { type Backend, startBackend } from '../fleet/backend-process.ts';

const NETWORK = 'enjambre';
const END_TIMEOUT_MS = 30_000;
const END_POLL_MS = 100;

export interface SwarmFleet {
  readonly manager: Engine;
  /** Downloads to folders go below it; the same path on both hosts. */
  readonly root: string;
  start(t: TestContext, options?: { home?: string; argv?: readonly string[]; host?: string }): Promise<Backend>;
}

/** Nothing is started but the tracker. */
export function makeSwarmFleet(t: TestContext, lab: EngineLab): SwarmFleet {
  const [manager] = lab.engines;
  const root = join(temporaryFolder(t), 'downloads');
  execFileSync('mkdir', [root]);
  afterwards(t, () => clear(lab));
  manager.docker(
    ...['network', 'create', '--driver=overlay', '--attachable', '--label=enjambre.fleet=enjambre'],
    NETWORK,
  );
  const tracker = ['tracker', '--interval=2', '--min-interval=2'];
  // With a health check it would have no address before the first, 30 s after its start.
  const options = [
    '--no-healthcheck',
    '--endpoint-mode=dnsrr',
    '--name=tracker',
    `--network=${NETWORK}`,
    '--constraint=node.role==manager',
    '--no-resolve-image',
  ];
  manager.docker('service', 'create', '--detach', ...options, 'enjambre', ...tracker);
  return {
    manager,
    root,
    start: (test, { home, argv = [], host = manager.host } = {}) =>
      startBackend(test, {
        ...(home !== undefined && { home }),
        argv: ['--driver=docker-swarm', `--docker-host=${host}`, `--root=${root}`, ...argv],
      }),
  };
}

/** What lies in a volume of an engine. */
export function readVolume(engine: Engine, volume: string, file: string): Buffer {
  return readFileSync(join(engine.docker('volume', 'inspect', '--format', '{{.Mountpoint}}', volume), file));
}

/** At once: Swarm takes seconds for each, however many there are. */
export async function removeAll(backend: Backend, names: readonly string[]): Promise<void> {
  const removed = await Promise.all(names.map((name) => backend.call('DELETE', `/api/containers/${name}?force=true`)));
  for (const { status, body } of removed) assert.equal(status, 200, JSON.stringify(body));
}

/** But the tracker and the data of containers, which stays. What has ended Swarm clears away in its own time. */
export async function untilNothingIsLeft({ engines }: EngineLab): Promise<void> {
  const [manager] = engines;
  assert.equal(manager.docker('service', 'ls', '--format', '{{.Name}}'), 'tracker');
  assert.equal(manager.docker('config', 'ls', '--quiet'), '');
  const names = (...argv: string[]) =>
    engines.map((engine) => engine.docker('ps', '--format', '{{.Names}}', ...argv)).join('');
  assert.match(names(), /^tracker\.1\.\w+$/);
  const deadline = performance.now() + END_TIMEOUT_MS;
  while (!/^tracker\.1\.\w+$/.test(names('--all'))) {
    assert.ok(performance.now() < deadline, manager.docker('ps', '--all'));
    await sleep(END_POLL_MS);
  }
}

/** Everything of a test but the image. */
async function clear({ engines }: EngineLab): Promise<void> {
  const [manager] = engines;
  const listed = (engine: Engine, ...argv: string[]) =>
    engine
      .docker(...argv, '--quiet')
      .split('\n')
      .filter(Boolean);
  for (const kind of ['service', 'config']) {
    const ids = listed(manager, kind, 'ls');
    if (ids.length > 0) manager.docker(kind, 'rm', ...ids);
  }
  // Whose containers have to end before their network can go.
  const deadline = performance.now() + END_TIMEOUT_MS;
  for (const engine of engines) {
    while (listed(engine, 'ps', '--all').length > 0) {
      if (performance.now() > deadline) throw new Error('containers of the Swarm do not end');
      await sleep(END_POLL_MS);
    }
    engine.docker('volume', 'prune', '--force');
  }
  manager.docker('network', 'prune', '--force');
}
