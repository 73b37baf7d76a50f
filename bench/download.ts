// One measured download: from the moment a client is handed the torrent until it says that every piece is verified.

import type { PeerAddress } from '@enjambre/metainfo';
import type { RunningClient, TestedClient } from '../tests/interop/clients/tested-client.ts';
import { Lab } from '../tests/interop/lab.ts';
import { completion } from './completion.ts';
import type { Content } from './content.ts';
import { fetchMemory } from './host-memory.ts';
import { ProcessMeter, type Usage } from './process-meter.ts';

/** The slowest of the field needs a fifth of that. */
const TIMEOUT_MS = 120_000;

export interface Download extends Usage {
  readonly size: number;
  readonly wallSeconds: number;
}

export interface DownloadOptions {
  readonly client: TestedClient;
  readonly content: Content;
  readonly seed: RunningClient;
  /** Folder in which the client gets one of its own. */
  readonly parent: string;
  /** Its address. */
  readonly host: string;
  /** How the two meet: it is told of the seed, the seed is told of it, or its torrent's tracker tells it. */
  readonly meeting: 'it dials' | 'the seed dials' | 'by tracker';
  /** `parent` is on one. */
  readonly onDisk?: boolean;
}

/** @throws Error with the client's last words when it does not finish */
export async function download(options: DownloadOptions): Promise<Download> {
  await using lab = await Lab.open(options.parent);
  try {
    return await downloadIn(lab, options);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${lab.transcript()}`, { cause: error });
  }
}

async function downloadIn(lab: Lab, options: DownloadOptions): Promise<Download> {
  const { client, content, seed, host, meeting, onDisk = false } = options;
  const { torrent, size } = content;
  const folder = await lab.folder('leech');
  await fetchMemory(size);
  const peers: PeerAddress[] = meeting === 'it dials' ? [seed.address] : [];
  const leech = await client.start({ lab, role: 'leech', torrent, folder, host, peers });
  using meter = new ProcessMeter(leech.program.pid, 'birth');
  if (meeting === 'the seed dials') seed.dial?.(leech.address);
  // What others have is not synced yet.
  if (onDisk) await leech.complete(TIMEOUT_MS);
  else await completion(leech, TIMEOUT_MS);
  const wallSeconds = (performance.now() - leech.addedAtMs) / 1000;
  return { size, wallSeconds, ...(await meter.read()) };
}
