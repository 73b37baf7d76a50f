// A client's announce as our tracker reads it (BEP 3, 7, 23): every field checked before anything is done with it.

import { parseIpAddress } from '@enjambre/metainfo';
import type { AnnounceEvent } from './announce-request.ts';
import { parseQueryString } from './query-string.ts';

export interface AnnounceQuery {
  /** 20 bytes. */
  readonly infoHash: Uint8Array;
  /** 20 bytes. */
  readonly peerId: Uint8Array;
  readonly port: number;
  /** What is left to fetch; undefined when it did not say. */
  readonly leftBytes: number | undefined;
  readonly event: AnnounceEvent | undefined;
  /** Undefined when it did not say, or said -1, which means the same. */
  readonly numWant: number | undefined;
  readonly compact: boolean;
  readonly noPeerId: boolean;
  /** 4 or 16 bytes: where the client says that it is, when that is an address and not a name. */
  readonly ip: Uint8Array | undefined;
}

const HASH_LENGTH = 20;
const EVENTS: readonly string[] = ['started', 'completed', 'stopped'] satisfies AnnounceEvent[];

/** @param query of the request target, without `?`.  A string in return is the failure reason, for the client's user. */
export function parseAnnounceQuery(query: string): AnnounceQuery | string {
  const fields = parseQueryString(query);
  if (fields === undefined) return 'the query is not well percent-encoded';
  const find = (name: string): Uint8Array | undefined => fields.find((field) => field.name === name)?.value;
  const text = (name: string): string => Buffer.from(find(name) ?? []).toString('latin1');

  const infoHash = find('info_hash');
  if (infoHash?.length !== HASH_LENGTH) return 'info_hash must be 20 bytes';
  const peerId = find('peer_id');
  if (peerId?.length !== HASH_LENGTH) return 'peer_id must be 20 bytes';
  const port = Number(text('port'));
  if (!isDigits(text('port')) || port < 1 || port > 0xffff) return 'port must be a number from 1 to 65535';
  for (const name of ['uploaded', 'downloaded', 'left']) {
    if (find(name) !== undefined && !isDigits(text(name))) return `${name} must be a number of bytes`;
  }
  const numWant = text('numwant');
  if (numWant !== '' && numWant !== '-1' && !isDigits(numWant)) return 'numwant must be a number';
  const event = text('event');
  return {
    infoHash,
    peerId,
    port,
    leftBytes: isDigits(text('left')) ? Number(text('left')) : undefined,
    // Other events (BEP 21 has `paused`) say that the peer is there, as a regular announce does.
    event: EVENTS.includes(event) ? (event as AnnounceEvent) : undefined,
    numWant: isDigits(numWant) ? Number(numWant) : undefined,
    // BEP 23: compact unless the client would rather not.
    compact: text('compact') !== '0',
    noPeerId: text('no_peer_id') === '1',
    ip: parseIpAddress(text('ip')),
  };
}

/** The info hashes (20 bytes each) a scrape asks for (BEP 48), or a failure reason. */
export function parseScrapeQuery(query: string): Uint8Array[] | string {
  const fields = parseQueryString(query);
  if (fields === undefined) return 'the query is not well percent-encoded';
  const infoHashes = fields.filter((field) => field.name === 'info_hash').map((field) => field.value);
  if (infoHashes.length === 0) return 'a scrape of all swarms is not allowed: name info_hash';
  if (infoHashes.some((infoHash) => infoHash.length !== HASH_LENGTH)) return 'info_hash must be 20 bytes';
  return infoHashes;
}

function isDigits(text: string): boolean {
  return /^[0-9]{1,20}$/.test(text);
}
