// A seed and many leechers of one kind, who find each other by our tracker: how long until the last one has it all.

import type { RunningClient, TestedClient } from '../tests/interop/clients/tested-client.ts';
import { Lab } from '../tests/interop/lab.ts';
import { enjambreTracker } from '../tests/interop/trackers/enjambre-tracker.ts';
import { startTracker } from '../tests/interop/trackers/tested-tracker.ts';
import { type Content, seedFolder } from './content.ts';

const TIMEOUT_MS = 240_000;

export interface SwarmOptions {
  readonly client: TestedClient;
  readonly leechers: number;
  readonly content: Content;
  /** Where the tracker listens that the torrent names. */
  readonly tracker: { readonly host: string; readonly port: number };
  /** Folder in which all get one of their own. */
  readonly parent: string;
}

/** Seconds from the start of the leechers, all at once, until the last one is complete. */
export async function lastOf({ client, leechers, content, tracker, parent }: SwarmOptions): Promise<number> {
  await using lab = await Lab.open(parent);
  const { torrent } = content;
  const place = { lab, torrent, peers: [] };
  const swarm = await startTracker(enjambreTracker, { lab, ...tracker, infoHash: torrent.infoHash });
  const folder = await seedFolder(lab, content);
  await client.start({ ...place, role: 'seed', folder, host: lab.address() });
  await swarm.announced(1);
  const started = performance.now();
  const leechOnce = async (_: unknown, index: number): Promise<void> => {
    const into = await lab.folder(`leech-${index}`);
    await complete(await client.start({ ...place, role: 'leech', folder: into, host: lab.address() }));
  };
  await Promise.all(Array.from({ length: leechers }, leechOnce));
  return (performance.now() - started) / 1000;
}

/** Ours says it on its own: asking fifty for their status 20 times a second would take half a core. */
async function complete(client: RunningClient): Promise<void> {
  if (client.statusUrl === undefined) return client.complete(TIMEOUT_MS);
  const { program } = client;
  await program.until('complete', () => /: complete"/.test(program.output) || undefined, TIMEOUT_MS);
}
