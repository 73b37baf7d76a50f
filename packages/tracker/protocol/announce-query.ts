// A client's announce as our tracker reads it (BEP 3, 7, 23): every field checked before anything is done with it.

import { parseIpAddress } from '@enjambre/metainfo';
import type { AnnounceEvent } from './announce-request.ts';
import { isPercentEncoded, percentDecode } from './percent-encoding.ts';
import { indexOfName, readQueryString } from './query-string.ts';

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
/** 2^64 has as many. */
const MAX_DIGITS = 20;
const ZERO = 0x30;
const NINE = 0x39;
const EVENTS = ['started', 'completed', 'stopped'] as const satisfies readonly AnnounceEvent[];
const EVENT_WORDS = wordsOf(...EVENTS);
const AMOUNTS = ['uploaded', 'downloaded', 'left'] as const;
const NAMES = wordsOf('info_hash', 'peer_id', 'port', ...AMOUNTS, 'event', 'numwant', 'compact', 'no_peer_id', 'ip');
const [INFO_HASH, PEER_ID, PORT, UPLOADED, , LEFT, EVENT, NUM_WANT, COMPACT, NO_PEER_ID, IP] = NAMES.keys();
const [NO, YES, DEFAULT] = [wordsOf('0'), wordsOf('1'), wordsOf('-1', '')];

/** Where the fields of an announce stand in its query; of several of one name the first counts. */
class AnnounceFields {
  readonly #query: Uint8Array;
  readonly #from = new Int32Array(NAMES.length).fill(-1);
  readonly #to = new Int32Array(NAMES.length);

  constructor(query: Uint8Array) {
    this.#query = query;
    readQueryString(query, (nameFrom, nameTo, valueFrom, valueTo) => {
      const field = indexOfName(NAMES, query, nameFrom, nameTo);
      if (field === -1 || this.has(field)) return;
      this.#from[field] = valueFrom;
      this.#to[field] = valueTo;
    });
  }

  has(field: number): boolean {
    return this.#from[field] !== -1;
  }

  /** Decoded; none when it is not there. */
  bytes(field: number): Uint8Array {
    return this.has(field) ? percentDecode(this.#query, this.#from[field], this.#to[field]) : new Uint8Array(0);
  }

  /** Of up to 20 digits and nothing else; undefined for anything else. */
  number(field: number): number | undefined {
    const from = this.#from[field];
    const to = this.#to[field];
    if (from === -1 || from === to || to - from > MAX_DIGITS) return undefined;
    let value = 0;
    for (let at = from; at < to; at++) {
      const code = this.#query[at];
      if (code < ZERO || code > NINE) return undefined;
      value = value * 10 + code - ZERO;
    }
    return value;
  }

  /** Which of these words it is, as it stands there; -1: none. */
  word(field: number, words: readonly Uint8Array[]): number {
    return this.has(field) ? indexOfName(words, this.#query, this.#from[field], this.#to[field]) : -1;
  }
}

/** @param query of the request target, without `?`.  A string in return is the failure reason, for the client's user. */
export function parseAnnounceQuery(query: Uint8Array): AnnounceQuery | string {
  if (!isPercentEncoded(query)) return NOT_ENCODED;
  const fields = new AnnounceFields(query);
  const infoHash = fields.bytes(INFO_HASH);
  if (infoHash.length !== HASH_LENGTH) return 'info_hash must be 20 bytes';
  const peerId = fields.bytes(PEER_ID);
  if (peerId.length !== HASH_LENGTH) return 'peer_id must be 20 bytes';
  const port = fields.number(PORT);
  if (port === undefined || port < 1 || port > 0xffff) return 'port must be a number from 1 to 65535';
  for (const [index, name] of AMOUNTS.entries()) {
    const field = UPLOADED + index;
    if (fields.has(field) && fields.number(field) === undefined) return `${name} must be a number of bytes`;
  }
  const numWant = fields.number(NUM_WANT);
  if (numWant === undefined && fields.has(NUM_WANT) && fields.word(NUM_WANT, DEFAULT) === -1) {
    return 'numwant must be a number';
  }
  return {
    infoHash,
    peerId,
    port,
    leftBytes: fields.number(LEFT),
    // Other events (BEP 21 has `paused`) say that the peer is there, as a regular announce does.
    event: EVENTS[fields.word(EVENT, EVENT_WORDS)],
    numWant,
    // BEP 23: compact unless the client would rather not.
    compact: fields.word(COMPACT, NO) === -1,
    noPeerId: fields.word(NO_PEER_ID, YES) !== -1,
    // A colon may come encoded.
    ip: fields.has(IP) ? parseIpAddress(Buffer.from(fields.bytes(IP)).toString('latin1')) : undefined,
  };
}

/** The info hashes (20 bytes each) a scrape asks for (BEP 48), or a failure reason. */
export function parseScrapeQuery(query: Uint8Array): Uint8Array[] | string {
  if (!isPercentEncoded(query)) return NOT_ENCODED;
  const infoHashes: Uint8Array[] = [];
  readQueryString(query, (nameFrom, nameTo, valueFrom, valueTo) => {
    if (indexOfName(NAMES, query, nameFrom, nameTo) === INFO_HASH) {
      infoHashes.push(percentDecode(query, valueFrom, valueTo));
    }
  });
  if (infoHashes.length === 0) return 'a scrape of all swarms is not allowed: name info_hash';
  if (infoHashes.some((infoHash) => infoHash.length !== HASH_LENGTH)) return 'info_hash must be 20 bytes';
  return infoHashes;
}

const NOT_ENCODED = 'the query is not well percent-encoded';

function wordsOf(...words: readonly string[]): Uint8Array[] {
  return words.map((word) => Buffer.from(word));
}
