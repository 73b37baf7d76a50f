// What the announcer needs of a protocol that trackers speak; one caller serves all torrents.

import type { TrackerError } from '../errors.ts';
import type { AnnounceAnswer } from '../protocol/announce-answer.ts';
import type { AnnounceRequest } from '../protocol/announce-request.ts';
import type { SwarmCounts } from '../protocol/scrape-answer.ts';

/** Asks and reads the answer. Resolves in every case, also at once when `signal` aborts. */
export interface TrackerCaller {
  announce(url: URL, request: AnnounceRequest, signal: AbortSignal): Promise<AnnounceAnswer | TrackerError>;
  /**
   * How many are in which swarm, without joining it.
   * @param infoHashes 20 bytes each
   * @returns counts by info hash (lower-case hex); what the tracker does not know may be missing
   */
  scrape(
    url: URL,
    infoHashes: readonly Uint8Array[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, SwarmCounts> | TrackerError>;
}

/** By `URL.protocol`, with its colon. */
export type TrackerCallers = Readonly<Record<string, TrackerCaller>>;
