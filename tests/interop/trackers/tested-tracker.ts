// What the matrix asks of a tracker: to run where it is told, and to tell how many peers it knows.

import { BencodeDictionary, decodeBencode } from '@enjambre/metainfo';
import type { Lab } from '../lab.ts';
import type { Program } from '../program.ts';

export interface TrackerOptions {
  readonly lab: Lab;
  readonly host: string;
  readonly port: number;
  /** Lower-case hex, of the one torrent that will be announced. */
  readonly infoHash: string;
}

export interface TestedTracker {
  readonly name: string;
  /** What Debian calls it; undefined for ours. */
  readonly debianPackage: string | undefined;
  start(options: TrackerOptions): Promise<Program>;
}

const START_TIMEOUT_MS = 10_000;
const ANNOUNCE_TIMEOUT_MS = 15_000;

/** Every tracker here answers to both on the same port, counts are asked for over HTTP. */
export type Scheme = 'http' | 'udp';

export function announceUrl(host: string, port: number, scheme: Scheme = 'http'): string {
  return `${scheme}://${host}:${port}/announce`;
}

/** Starts it and returns once it answers; then resolves `announced` as soon as it knows that many peers. */
export async function startTracker(tracker: TestedTracker, options: TrackerOptions) {
  const program = await tracker.start(options);
  const count = () => countPeers(options);
  await program.until('answer', count, START_TIMEOUT_MS);
  const hasPeers = async (peers: number) => (await count()) >= peers || undefined;
  return {
    announced: (peers: number) => program.until(`hear of ${peers} peers`, () => hasPeers(peers), ANNOUNCE_TIMEOUT_MS),
  };
}

/** Peers of the torrent, seeds included, as the scrape tells (BEP 48). */
async function countPeers({ host, port, infoHash }: TrackerOptions): Promise<number> {
  const escaped = infoHash.replace(/../g, '%$&');
  const answer = await fetch(`http://${host}:${port}/scrape?info_hash=${escaped}`);
  const { value } = decodeBencode(await answer.bytes());
  if (!(value instanceof BencodeDictionary)) throw new Error('a scrape is a dictionary');
  const counts = value.getDict('files')?.getDict(Buffer.from(infoHash, 'hex').toString('latin1'));
  return (counts?.getInteger('complete') ?? 0) + (counts?.getInteger('incomplete') ?? 0);
}
