// A client's announce as our tracker reads it (BEP 3, 7, 23): every field checked before anything is done with it.

import { parseIpAddress } from '@enjambre/metainfo';
import type { AnnounceEvent } from './announce-request.ts';
import { decodeValue, parseQueryString } from './query-string.ts';

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
const AMOUNTS = ['uploaded', 'downloaded', 'left'] as const;
const NAMES = ['info_hash', 'peer_id', 'port', ...AMOUNTS, 'event', 'numwant', 'compact', 'no_peer_id', 'ip'] as const;
const FIELDS: ReadonlySet<string> = new Set(NAMES);
type FieldName = (typeof NAMES)[number];
const EVENTS: readonly string[] = ['started', 'completed', 'stopped'] satisfies AnnounceEvent[];

/** @param query of the request target, without `?`.  A string in return is the failure reason, for the client's user. */
export function parseAnnounceQuery(query: string): AnnounceQuery | string {
  const fields = parseQueryString(query);
  if (fields === undefined) return 'the query is not well percent-encoded';
  const texts: Partial<Record<FieldName, string>> = {};
  // The first of several counts.
  for (const { name, value } of fields) if (isFieldName(name)) texts[name] ??= value;
  const infoHash = decodeValue(texts.info_hash ?? '');
  if (infoHash.length !== HASH_LENGTH) return 'info_hash must be 20 bytes';
  const peerId = decodeValue(texts.peer_id ?? '');
  if (peerId.length !== HASH_LENGTH) return 'peer_id must be 20 bytes';
  const port = numberOf(texts.port ?? '');
  if (port === undefined || port < 1 || port > 0xffff) return 'port must be a number from 1 to 65535';
  for (const name of AMOUNTS) {
    const text = texts[name];
    if (text !== undefined && numberOf(text) === undefined) return `${name} must be a number of bytes`;
  }
  const numWant = numberOf(texts.numwant ?? '');
  if (numWant === undefined && (texts.numwant ?? '') !== '' && texts.numwant !== '-1')
    return 'numwant must be a number';
  const event = texts.event ?? '';
  return {
    infoHash,
    peerId,
    port,
    leftBytes: numberOf(texts.left ?? ''),
    // Other events (BEP 21 has `paused`) say that the peer is there, as a regular announce does.
    event: EVENTS.includes(event) ? (event as AnnounceEvent) : undefined,
    numWant,
    // BEP 23: compact unless the client would rather not.
    compact: texts.compact !== '0',
    noPeerId: texts.no_peer_id === '1',
    // A colon may come encoded.
    ip: texts.ip === undefined ? undefined : parseIpAddress(Buffer.from(decodeValue(texts.ip)).toString('latin1')),
  };
}

/** The info hashes (20 bytes each) a scrape asks for (BEP 48), or a failure reason. */
export function parseScrapeQuery(query: string): Uint8Array[] | string {
  const fields = parseQueryString(query);
  if (fields === undefined) return 'the query is not well percent-encoded';
  const infoHashes = fields.filter(({ name }) => name === 'info_hash').map(({ value }) => decodeValue(value));
  if (infoHashes.length === 0) return 'a scrape of all swarms is not allowed: name info_hash';
  if (infoHashes.some((infoHash) => infoHash.length !== HASH_LENGTH)) return 'info_hash must be 20 bytes';
  return infoHashes;
}

/** Of up to 20 digits and nothing else; undefined for anything else. */
function numberOf(text: string): number | undefined {
  if (text.length === 0 || text.length > 20) return undefined;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x30 || code > 0x39) return undefined;
  }
  return Number(text);
}

function isFieldName(name: string): name is FieldName {
  return FIELDS.has(name);
}
