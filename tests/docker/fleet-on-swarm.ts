// A backend that runs clients on a Swarm of two engines, an overlay network with a tracker on it, and something to download.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { afterwards } from '../contract/cleanup.ts';
import { temporaryFolder } from '../contract/torrent-fixture.ts';
import type { Engine, EngineLab } from '../engines/engine-lab.ts';
import { type Backend, startBackend } from '../fleet/backend-process.ts';

const NETWORK = 'enjambre';

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
  const options = ['--name=tracker', `--network=${NETWORK}`, '--constraint=node.role==manager', '--no-resolve-image'];
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

/** Everything of a test but the image. */
function clear({ engines }: EngineLab): void {
  const [manager] = engines;
  const all = (kind: string) => manager.docker(kind, 'ls', '--quiet').split('\n').filter(Boolean);
  for (const kind of ['service', 'config']) if (all(kind).length > 0) manager.docker(kind, 'rm', ...all(kind));
  for (const engine of engines) {
    const ids = engine.docker('ps', '--all', '--quiet').split('\n').filter(Boolean);
    if (ids.length > 0) engine.docker('rm', '--force', '--volumes', ...ids);
    engine.docker('volume', 'prune', '--force');
  }
  manager.docker('network', 'prune', '--force');
}
