// Whether the backend itself runs in a container of the engine that it steers: then a client's port on the loopback of the
// engine's machine is not on ours, and clients are reached on a network that both are on.

import { readFile } from 'node:fs/promises';
import { type Engine, EngineRefusal } from './engine.ts';

/** The engine binds files of its own over a few of every container's, from a folder that is named by the container's id. */
const OWN_ID = /\/containers\/([0-9a-f]{64})\//;

/** @returns the engine's id of our container; undefined when there is none */
export async function findOwnContainer(engine: Engine): Promise<string | undefined> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  const id = OWN_ID.exec(mounts)?.[1];
  if (id === undefined) return undefined;
  try {
    return (await engine.ask((docker) => docker.getContainer(id).inspect())).Id;
  } catch (error) {
    // Of another engine.
    if (error instanceof EngineRefusal) return undefined;
    throw error;
  }
}
