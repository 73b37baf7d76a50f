// A seed and many leechers, who find each other by our tracker or stand in a chain: how long until the last one has it all.

import type { RunningClient, TestedClient } from '../tests/interop/clients/tested-client.ts';
import { Lab } from '../tests/interop/lab.ts';
import { enjambreTracker } from '../tests/interop/trackers/enjambre-tracker.ts';
import { startTracker } from '../tests/interop/trackers/tested-tracker.ts';
import { completion } from './completion.ts';
import { type Content, seedFolder } from './content.ts';
import { fetchMemory } from './host-memory.ts';
import { cpuSecondsOf } from './process-meter.ts';

const TIMEOUT_MS = 240_000;

export interface SwarmOptions {
  readonly seeder: TestedClient;
  readonly leecher: TestedClient;
  readonly leechers: number;
  readonly content: Content;
  /** Where the tracker listens that the torrent names; left out, each leecher is told of the one before it alone. */
  readonly tracker?: { readonly host: string; readonly port: number };
  /** Folder in which all get one of their own. */
  readonly parent: string;
}

export interface SwarmRun {
  /** From the start of the first leecher until the last one is complete. */
  readonly lastSeconds: number;
  /** Of all of them, from their start, and of the seed meanwhile. */
  readonly cpuSeconds: number;
  /** What all leechers received together. */
  readonly size: number;
}

/** @throws Error with everybody's last words when one does not finish */
export async function runSwarm(options: SwarmOptions): Promise<SwarmRun> {
  await using lab = await Lab.open(options.parent);
  try {
    return await runIn(lab, options);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${lab.transcript()}`, { cause: error });
  }
}

async function runIn(lab: Lab, { seeder, leecher, leechers, content, tracker }: SwarmOptions): Promise<SwarmRun> {
  const { torrent } = content;
  const place = { lab, torrent };
  const swarm = tracker && (await startTracker(enjambreTracker, { lab, ...tracker, infoHash: torrent.infoHash }));
  const folder = await seedFolder(lab, content);
  const seed = await seeder.start({ ...place, role: 'seed', folder, host: lab.address(), peers: [] });
  await swarm?.announced(1);
  await fetchMemory(leechers * content.size);
  const seedCpuBefore = await cpuSecondsOf(seed.program.pid);
  const started = performance.now();
  const start = async (index: number, before: RunningClient | Promise<RunningClient>): Promise<RunningClient> => {
    const peers = swarm === undefined ? [(await before).address] : [];
    const into = await lab.folder(`leech-${index}`);
    const who = { role: 'leech', folder: into, host: lab.address(), peers } as const;
    return await leecher.start({ ...place, ...who, startTimeoutMs: TIMEOUT_MS });
  };
  const starting: Promise<RunningClient>[] = [];
  for (let index = 0; index < leechers; index++) starting.push(start(index, starting.at(-1) ?? seed));
  // Each is watched from its own start on: what it says when it is complete is not kept for ever.
  const watch = async (started: Promise<RunningClient>): Promise<RunningClient> => {
    const running = await started;
    await completion(running, TIMEOUT_MS);
    return running;
  };
  const all = await Promise.all(starting.map(watch));
  const lastSeconds = (performance.now() - started) / 1000;
  const cpuSeconds = await Promise.all([seed, ...all].map(({ program }) => cpuSecondsOf(program.pid)));
  const cpuSecondsOfAll = cpuSeconds.reduce((sum, one) => sum + one) - seedCpuBefore;
  return { lastSeconds, cpuSeconds: cpuSecondsOfAll, size: leechers * content.size };
}
