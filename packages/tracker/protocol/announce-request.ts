// What a client tells a tracker, and the URL that says it (BEP 3, 7, 23).

import type { TrackerError } from '../errors.ts';
import { percentEncode } from './percent-encoding.ts';

/** What happened since the last announce; undefined for a regular one. */
export type AnnounceEvent = 'started' | 'completed' | 'stopped';

export interface AnnounceRequest {
  /** 20 bytes. */
  readonly infoHash: Uint8Array;
  /** 20 bytes. */
  readonly peerId: Uint8Array;
  /** Where our peer connections are accepted. */
  readonly port: number;
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
  readonly leftBytes: number;
  readonly event: AnnounceEvent | undefined;
  /** Peers wanted, at most. */
  readonly numWant: number;
  /** Says that it is still us when our address changes; told to the tracker only. */
  readonly key: string;
  /** What this tracker called itself in an earlier answer. */
  readonly trackerId: Uint8Array | undefined;
  /** Address at which peers reach us, or a name, when it is not the one that the tracker sees. */
  readonly announcedHost: string | undefined;
}

/** Where peers reach us, for each family over which trackers are asked; what is left out the tracker sees for itself. */
export interface AnnouncedHosts {
  /** An IPv4 address, or a name that could not be resolved (BEP 3 allows it). */
  readonly v4?: string | undefined;
  /** An IPv6 address. */
  readonly v6?: string | undefined;
}

/** The URL to get. A query that the tracker's own URL has (a passkey) stays in front. */
export function announceUrl(trackerUrl: URL, request: AnnounceRequest): URL {
  const fields = [
    `info_hash=${percentEncode(request.infoHash)}`,
    `peer_id=${percentEncode(request.peerId)}`,
    `port=${request.port}`,
    `uploaded=${request.uploadedBytes}`,
    `downloaded=${request.downloadedBytes}`,
    `left=${request.leftBytes}`,
    'compact=1',
    `numwant=${request.numWant}`,
    `key=${percentEncode(Buffer.from(request.key))}`,
  ];
  if (request.event !== undefined) fields.push(`event=${request.event}`);
  if (request.trackerId !== undefined) fields.push(`trackerid=${percentEncode(request.trackerId)}`);
  if (request.announcedHost !== undefined) fields.push(`ip=${percentEncode(Buffer.from(request.announcedHost))}`);
  return withQuery(trackerUrl, fields);
}

/**
 * The URL at which a tracker is asked about swarms without joining them: BEP 48 says that it is the announce URL with the
 * last path component's leading `announce` replaced.
 * @param infoHashes 20 bytes each
 */
export function scrapeUrl(trackerUrl: URL, infoHashes: readonly Uint8Array[]): URL | TrackerError {
  const slash = trackerUrl.pathname.lastIndexOf('/');
  const last = trackerUrl.pathname.slice(slash + 1);
  if (!last.startsWith('announce')) {
    return { code: 'scrape-unsupported', message: `its path does not end in /announce: ${trackerUrl.pathname}` };
  }
  const url = new URL(trackerUrl);
  url.pathname = `${url.pathname.slice(0, slash + 1)}scrape${last.slice('announce'.length)}`;
  return withQuery(
    url,
    infoHashes.map((infoHash) => `info_hash=${percentEncode(infoHash)}`),
  );
}

function withQuery(base: URL, fields: readonly string[]): URL {
  const url = new URL(base);
  url.hash = '';
  const own = url.search.slice(1);
  url.search = (own === '' ? fields : [own, ...fields]).join('&');
  return url;
}
