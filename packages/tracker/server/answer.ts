// From a request's path and query to the answer's bytes: what the tracker says, without a socket.

import { addressScope, parseIpAddress } from '@enjambre/metainfo';
import { type AnnounceQuery, parseAnnounceQuery, parseScrapeQuery } from '../protocol/announce-query.ts';
import {
  encodeCompactPeers,
  encodeFailure,
  encodeListedPeers,
  encodeScrapeAnswer,
  type ListedPeer,
} from '../protocol/encode-answer.ts';
import type { AdmittedHashes } from './admitted-hashes.ts';
import type { HandedRuns } from './handed-runs.ts';
import { remainingOf } from './remaining.ts';
import type { SwarmStore } from './swarm-store.ts';
import type { Tally } from './tally.ts';

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
/** Clients don't look at it; trackers have always said so. */
const BENCODED = 'text/plain';
const QUESTION_MARK = 0x3f;
const NOT_FOUND: Answer = { status: 404, contentType: TEXT, body: '404 page not found\n' };

export class Answerer {
  readonly #store: SwarmStore;
  readonly #admitted: AdmittedHashes;
  readonly #tally: Tally;
  readonly #options: AnswerOptions;
  readonly #pages: ReadonlyMap<string, () => Answer>;
  /** The address that was parsed last: a connection asks again and again, and a lab has few. */
  #lastAddress = { text: '', ip: undefined as Uint8Array | undefined };

  /** @param pages what is answered to other paths */
  constructor(
    store: SwarmStore,
    admitted: AdmittedHashes,
    tally: Tally,
    options: AnswerOptions,
    pages: ReadonlyMap<string, () => Answer>,
  ) {
    this.#store = store;
    this.#admitted = admitted;
    this.#tally = tally;
    this.#options = options;
    this.#pages = pages;
  }

  /**
   * @param target the request line's, as it came: `/announce?…`
   * @param remoteAddress of the connection, as the operating system spells it
   * @param now ms
   */
  answer(target: Buffer, remoteAddress: string, now: number): Answer {
    const questionMark = target.indexOf(QUESTION_MARK);
    const pathEnd = questionMark === -1 ? target.length : questionMark;
    const path = target.toString('latin1', 0, pathEnd);
    const query = target.subarray(pathEnd + 1);
    switch (path) {
      case '/announce':
        return { status: 200, contentType: BENCODED, body: this.#announce(query, remoteAddress, now) };
      case '/scrape':
        return { status: 200, contentType: BENCODED, body: this.#scrape(query) };
      default:
        return this.#pages.get(path)?.() ?? NOT_FOUND;
    }
  }

  #announce(query: Buffer, remoteAddress: string, now: number): Uint8Array {
    this.#tally.announcesHttp++;
    const announce = parseAnnounceQuery(query);
    if (typeof announce === 'string') return this.#refuse(announce);
    const seenIp = this.#parseAddress(remoteAddress);
    if (seenIp === undefined) return this.#refuse('the connection was lost');
    if (!this.#admitted.has(announce.infoHash)) return this.#refuse(this.#admitted.refusal);
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
    if (typeof outcome === 'string') return this.#refuse(outcome);
    const { seeders, leechers, completed } = outcome;
    const parts = { seeders, leechers, completed, intervalSeconds, minIntervalSeconds, externalIp: seenIp };
    const { ipv4, ipv6 } = this.#store.handedOut;
    if (!announce.compact) return encodeListedPeers(parts, this.#listed(ipv4, ipv6), !announce.noPeerId);
    const { bytes, ipv4At, ipv6At } = encodeCompactPeers(parts, ipv4.addressesLength, ipv6.addressesLength);
    ipv4.copyAddresses(bytes, ipv4At);
    ipv6.copyAddresses(bytes, ipv6At);
    return bytes;
  }

  #listed(...families: readonly HandedRuns[]): ListedPeer[] {
    return families.flatMap((runs) =>
      Array.from(runs.places(), (place) => {
        const row = runs.rowAt(place);
        return { compact: this.#store.compactOf(row), peerId: this.#store.peerIdOf(row) };
      }),
    );
  }

  #scrape(query: Buffer): Uint8Array {
    this.#tally.scrapesHttp++;
    const infoHashes = parseScrapeQuery(query);
    if (typeof infoHashes === 'string') return encodeFailure(infoHashes);
    const known = infoHashes.filter((infoHash) => this.#store.has(infoHash) && this.#admitted.has(infoHash));
    return encodeScrapeAnswer(new Map(known.map((infoHash) => [latin1(infoHash), this.#store.counts(infoHash)])));
  }

  #refuse(reason: string): Uint8Array {
    this.#tally.refused++;
    return encodeFailure(reason);
  }

  #parseAddress(text: string): Uint8Array | undefined {
    // A link-local address comes with its zone (`%eth0`), which means nothing to others.
    if (this.#lastAddress.text !== text) this.#lastAddress = { text, ip: parseIpAddress(text.replace(/%.*$/, '')) };
    return this.#lastAddress.ip;
  }
}

/** Where the peer is. Its own word (`ip=`) counts only from inside: from outside it could name a victim. */
function compactOf(announce: AnnounceQuery, seenIp: Uint8Array): Uint8Array {
  const ip = announce.ip !== undefined && addressScope(seenIp) !== 'public' ? announce.ip : seenIp;
  const compact = new Uint8Array(ip.length + 2);
  compact.set(ip);
  compact[ip.length] = announce.port >> 8;
  compact[ip.length + 1] = announce.port & 0xff;
  return compact;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
