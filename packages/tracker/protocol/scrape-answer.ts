// What a tracker answers to a scrape (BEP 48): how many are in which swarm.

import { isTrackerError, type TrackerError } from '../errors.ts';
import { decodeAnswer } from './bencoded-answer.ts';

/** The counts of one swarm; 0 where the tracker said nothing usable. */
export interface SwarmCounts {
  readonly seeders: number;
  readonly leechers: number;
  /** How often `completed` was announced. */
  readonly completed: number;
}

/** More than fit into a request. */
const MAX_SWARMS = 200;

/** Counts by info hash (lower-case hex). Swarms that the tracker does not know are missing. Never throws. */
export function parseScrapeAnswer(body: Uint8Array): ReadonlyMap<string, SwarmCounts> | TrackerError {
  const dictionary = decodeAnswer(body);
  if (isTrackerError(dictionary)) return dictionary;
  const files = dictionary.getDict('files');
  if (files === undefined) return { code: 'malformed', message: 'the answer to a scrape has no files' };
  const swarms = new Map<string, SwarmCounts>();
  for (const key of files.keys()) {
    const counts = files.getDict(key);
    if (key.length !== 20 || counts === undefined) continue;
    swarms.set(Buffer.from(key, 'latin1').toString('hex'), {
      seeders: Math.max(0, counts.getInteger('complete') ?? 0),
      leechers: Math.max(0, counts.getInteger('incomplete') ?? 0),
      completed: Math.max(0, counts.getInteger('downloaded') ?? 0),
    });
    if (swarms.size === MAX_SWARMS) break;
  }
  return swarms;
}
