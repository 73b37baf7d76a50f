// From a request's path and query to the answer's bytes: what the tracker says, without a socket.

import { addressScope, parseIpAddress } from '@enjambre/metainfo';
import { type AnnounceQuery, parseAnnounceQuery, parseScrapeQuery } from '../protocol/announce-query.ts';
import { encodeAnnounceAnswer, encodeFailure, encodeScrapeAnswer, type ListedPeer } from '../protocol/encode-answer.ts';
import { remainingOf } from './remaining.ts';
import type { SwarmStore } from './swarm-store.ts';

export interface AnswerOptions {
  /** When clients shall announce again, unasked. */
  readonly intervalSeconds: number;
  /** Not before that. */
  readonly minIntervalSeconds: number;
  /** For clients that do not say how many peers they want. */
  readonly defaultNumWant: number;
}

/** What to send. */
export interface Answer {
  readonly status: 200 | 404;
  readonly contentType: string;
  readonly body: Uint8Array | string;
}

const TEXT = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json';
/** Clients don't look at it; trackers have always said so. */
const BENCODED = 'text/plain';

export class Answerer {
  readonly #store: SwarmStore;
  readonly #options: AnswerOptions;
  readonly #startedAt: number;

  /** @param startedAt ms, by the clock that `answer` gets its times from */
  constructor(store: SwarmStore, options: AnswerOptions, startedAt: number) {
    this.#store = store;
    this.#options = options;
    this.#startedAt = startedAt;
  }

  /**
   * @param target the request line's, as it came: `/announce?…`
   * @param remoteAddress of the connection, as the operating system spells it
   * @param now ms
   */
  answer(target: string, remoteAddress: string, now: number): Answer {
    const questionMark = target.indexOf('?');
    const path = questionMark === -1 ? target : target.slice(0, questionMark);
    const query = questionMark === -1 ? '' : target.slice(questionMark + 1);
    switch (path) {
      case '/announce':
        return { status: 200, contentType: BENCODED, body: this.#announce(query, remoteAddress, now) };
      case '/scrape':
        return { status: 200, contentType: BENCODED, body: this.#scrape(query) };
      case '/stats':
        return { status: 200, contentType: JSON_TYPE, body: this.#stats(now) };
      case '/health':
        return { status: 200, contentType: TEXT, body: 'OK' };
      default:
        return { status: 404, contentType: TEXT, body: '404 page not found\n' };
    }
  }

  #announce(query: string, remoteAddress: string, now: number): Uint8Array {
    const announce = parseAnnounceQuery(query);
    if (typeof announce === 'string') return encodeFailure(announce);
    // A link-local address comes with its zone (`%eth0`), which means nothing to others.
    const seenIp = parseIpAddress(remoteAddress.replace(/%.*$/, ''));
    if (seenIp === undefined) return encodeFailure('the connection was lost');
    const { defaultNumWant, intervalSeconds, minIntervalSeconds } = this.#options;
    const outcome = this.#store.announce(
      {
        infoHash: announce.infoHash,
        compact: compactOf(announce, seenIp),
        peerId: announce.peerId,
        remaining: remainingOf(announce.leftBytes),
        event: announce.event,
        numWant: announce.numWant ?? defaultNumWant,
        family: 'both',
      },
      now,
    );
    if (typeof outcome === 'string') return encodeFailure(outcome);
    const form = announce.compact ? 'compact' : announce.noPeerId ? 'dictionary-without-ids' : 'dictionary';
    const peers = this.#handedOut(outcome.handed);
    return encodeAnnounceAnswer({ ...outcome, peers, intervalSeconds, minIntervalSeconds, externalIp: seenIp }, form);
  }

  #handedOut(count: number): ListedPeer[] {
    const rows = this.#store.handedOut.subarray(0, count);
    return Array.from(rows, (row) => ({ compact: this.#store.compactOf(row), peerId: this.#store.peerIdOf(row) }));
  }

  #scrape(query: string): Uint8Array {
    const infoHashes = parseScrapeQuery(query);
    if (typeof infoHashes === 'string') return encodeFailure(infoHashes);
    const known = infoHashes.filter((infoHash) => this.#store.has(infoHash));
    return encodeScrapeAnswer(new Map(known.map((infoHash) => [latin1(infoHash), this.#store.counts(infoHash)])));
  }

  #stats(now: number): string {
    const uptimeSeconds = Math.floor((now - this.#startedAt) / 1000);
    return `${JSON.stringify({ ...this.#store.totals(), uptime_seconds: uptimeSeconds })}\n`;
  }
}

/** Where the peer is. Its own word (`ip=`) counts only from inside: from outside it could name a victim. */
function compactOf(announce: AnnounceQuery, seenIp: Uint8Array): Uint8Array {
  const believed = announce.ip !== undefined && addressScope(seenIp) !== 'public' ? announce.ip : seenIp;
  return Uint8Array.of(...believed, announce.port >> 8, announce.port & 0xff);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
