// From what the operator said to the driver that runs the clients.

import { join } from 'node:path';
import type { Clock, Logger } from '@enjambre/runtime';
import type { Config } from '../config.ts';
import type { Driver } from './driver.ts';
import { ProcessDriver } from './process/process-driver.ts';

/** What no backend can be without; the image's own user. */
const UNPRIVILEGED = '1000:1000';

export interface Surroundings {
  readonly clientCommand: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Not opened yet. */
export async function chooseDriver(config: Config, surroundings: Surroundings): Promise<Driver> {
  const { driver, docker } = config;
  const host = docker.host ?? (surroundings.env.DOCKER_HOST || undefined);
  if (driver === 'process') return processDriver(config, surroundings);
  // Loaded only when wanted: its library costs more memory than all of the rest.
  const { Engine } = await import('./engine/engine.ts');
  if (driver === 'auto' && !(await new Engine(host).answers())) return processDriver(config, surroundings);
  const { allowedImages, host: _, user = driver === 'docker-swarm' ? UNPRIVILEGED : ownUser(), ...policy } = docker;
  if (driver === 'docker-swarm') {
    const { SwarmDriver } = await import('./docker-swarm/swarm-driver.ts');
    // The image's own user, to whom new volumes belong.
    return new SwarmDriver({ host, policy: { ...policy, user }, allowedImages, ...surroundings });
  }
  const { DockerDriver } = await import('./docker/docker-driver.ts');
  return new DockerDriver({ host, policy: { ...policy, user }, allowedImages, ...surroundings });
}

function processDriver({ dataFolder, listenHost }: Config, surroundings: Surroundings): Driver {
  const { clientCommand: command, env } = surroundings;
  const folder = join(dataFolder, 'processes');
  return new ProcessDriver({ ...surroundings, folder, program: { command, env, listenHost } });
}

function ownUser(): string {
  const [uid, gid] = [process.getuid?.(), process.getgid?.()];
  return uid === undefined || uid === 0 ? UNPRIVILEGED : `${uid}:${gid}`;
}
