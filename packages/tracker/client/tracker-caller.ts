// What the announcer needs of a protocol that trackers speak; one caller serves all torrents.

import type { TrackerError } from '../errors.ts';
import type { AnnounceAnswer } from '../protocol/announce-answer.ts';
import type { AnnouncedHosts, AnnounceRequest } from '../protocol/announce-request.ts';
import type { SwarmCounts } from '../protocol/scrape-answer.ts';

/** What is told over both families: each its own of our addresses. */
export type AnnounceQuestion = Omit<AnnounceRequest, 'announcedHost'> & { readonly announcedHosts: AnnouncedHosts };

/** Asks and reads the answer. Resolves in every case, also at once when `signal` aborts. */
export interface TrackerCaller {
  /** Tells the tracker over IPv4 and IPv6, as far as both ends have them (BEP 7). */
  announce(url: URL, question: AnnounceQuestion, signal: AbortSignal): Promise<AnnounceAnswer | TrackerError>;
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
