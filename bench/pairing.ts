// A client with itself, one seed and one leecher: what the leecher's download takes, and the seed meanwhile.

import type { TestedClient } from '../tests/interop/clients/tested-client.ts';
import { Lab } from '../tests/interop/lab.ts';
import { enjambreTracker } from '../tests/interop/trackers/enjambre-tracker.ts';
import { startTracker } from '../tests/interop/trackers/tested-tracker.ts';
import { type Content, seedFolder } from './content.ts';
import { type Download, download } from './download.ts';
import { ProcessMeter } from './process-meter.ts';

export interface Pair extends Download {
  /** Of the seed, while the leecher was at work; its check of the data was before. */
  readonly seedCpuSeconds: number;
}

export interface PairOptions {
  readonly seeder: TestedClient;
  readonly leecher: TestedClient;
  readonly content: Content;
  /** Folder in which both get one of their own. */
  readonly parent: string;
  readonly hosts: { readonly seed: string; readonly leech: string };
  /** The tracker that the torrent names, for clients that can't be told of a peer; not started when left out. */
  readonly tracker?: { readonly host: string; readonly port: number };
}

/** @throws Error with the last words of both when the leecher does not finish */
export async function runPair(options: PairOptions): Promise<Pair> {
  const { seeder, leecher, content, parent, hosts, tracker } = options;
  await using lab = await Lab.open(parent);
  try {
    const { torrent } = content;
    const swarm =
      tracker && (await startTracker(enjambreTracker, { lab, ...tracker, infoHash: content.torrent.infoHash }));
    const folder = await seedFolder(lab, content);
    const seed = await seeder.start({ lab, role: 'seed', torrent, folder, host: hosts.seed, peers: [] });
    await swarm?.announced(1);
    using meter = new ProcessMeter(seed.program.pid, 'now');
    const meeting = tracker === undefined ? 'it dials' : 'by tracker';
    const leeched = await download({ client: leecher, content, seed, parent, host: hosts.leech, meeting });
    const { cpuSeconds: seedCpuSeconds } = await meter.read();
    return { ...leeched, seedCpuSeconds };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${lab.transcript()}`, { cause: error });
  }
}
