// From a datagram to the datagram that answers it: what the tracker says over UDP (BEP 15, 7), without a socket. Invariants:
// nothing but a connection id goes to an address that was not proven, and no answer to such a one is longer than its
// request; what is no request is not answered.

import { addressScope } from '@enjambre/metainfo';
import type { Random } from '@enjambre/runtime';
import {
  announcedHeaderLength,
  emptyAnnounce,
  encodeAnnounced,
  encodeConnected,
  encodeRefusal,
  encodeScraped,
  peersInAnswer,
  readAnnounce,
  requestAction,
  scrapedHashes,
} from '../protocol/udp-request.ts';
import type { AdmittedHashes } from './admitted-hashes.ts';
import type { AnswerOptions } from './answer.ts';
import { ConnectionIds } from './connection-ids.ts';
import { COMPACT_IPV4_LENGTH, COMPACT_IPV6_LENGTH } from './peer-lists.ts';
import { remainingOf } from './remaining.ts';
import type { SwarmStore } from './swarm-store.ts';
import type { Tally } from './tally.ts';

const IPV4_LENGTH = 4;

export class DatagramAnswerer {
  readonly #store: SwarmStore;
  readonly #admitted: AdmittedHashes;
  readonly #tally: Tally;
  readonly #options: AnswerOptions;
  readonly #ids: ConnectionIds;
  readonly #announce = emptyAnnounce();
  readonly #compact = { 4: new Uint8Array(COMPACT_IPV4_LENGTH), 16: new Uint8Array(COMPACT_IPV6_LENGTH) };

  constructor(store: SwarmStore, admitted: AdmittedHashes, tally: Tally, options: AnswerOptions, random: Random) {
    this.#store = store;
    this.#admitted = admitted;
    this.#tally = tally;
    this.#options = options;
    this.#ids = new ConnectionIds(random);
  }

  /**
   * @param ip 4 or 16 bytes: where the datagram comes from
   * @param now ms
   * @returns undefined when it is not answered
   */
  answer(message: Buffer, ip: Uint8Array, now: number): Buffer | undefined {
    const action = requestAction(message);
    if (action === undefined) {
      this.#tally.dropped++;
      return undefined;
    }
    if (action === 'connect') {
      this.#tally.connects++;
      const { high, low } = this.#ids.make(ip, now);
      return encodeConnected(message, high, low);
    }
    if (!this.#ids.isGood(message.readUInt32BE(0), message.readUInt32BE(4), ip, now)) {
      this.#tally.strangers++;
      const refusal = encodeRefusal(message, 'connect again');
      return refusal.length <= message.length ? refusal : undefined;
    }
    if (action === 'announce') return this.#answerAnnounce(message, ip, now);
    this.#tally.scrapesUdp++;
    const { store, admitted } = { store: this.#store, admitted: this.#admitted };
    const counts = scrapedHashes(message).map((hash) => (admitted.has(hash) ? store.counts(hash) : NOBODY));
    return encodeScraped(message, counts);
  }

  #answerAnnounce(message: Buffer, ip: Uint8Array, now: number): Buffer {
    const announce = this.#announce;
    readAnnounce(message, announce);
    this.#tally.announcesUdp++;
    const outcome = this.#take(announce, ip, now);
    if (typeof outcome === 'string') {
      this.#tally.refused++;
      return encodeRefusal(message, outcome);
    }
    const { ipv4, ipv6 } = this.#store.handedOut;
    const handed = ip.length === IPV4_LENGTH ? ipv4 : ipv6;
    const answer = encodeAnnounced(message, this.#options.intervalSeconds, outcome, handed.addressesLength);
    handed.copyAddresses(answer, announcedHeaderLength);
    return answer;
  }

  #take(announce: ReturnType<typeof emptyAnnounce>, ip: Uint8Array, now: number) {
    if (announce.port === 0) return 'port must be a number from 1 to 65535';
    if (!this.#admitted.has(announce.infoHash)) return this.#admitted.refusal;
    const isIpv4 = ip.length === IPV4_LENGTH;
    const compact = isIpv4 ? this.#compact[4] : this.#compact[16];
    const address = isIpv4 && isNamed(announce.ip) && addressScope(ip) !== 'public' ? announce.ip : ip;
    for (let at = 0; at < address.length; at++) compact[at] = address[at];
    compact[address.length] = announce.port >> 8;
    compact[address.length + 1] = announce.port & 0xff;
    return this.#store.announce(
      {
        infoHash: announce.infoHash,
        compact,
        peerId: announce.peerId,
        remaining: remainingOf(announce.leftBytes),
        event: announce.event,
        numWant: Math.min(announce.numWant ?? this.#options.defaultNumWant, peersInAnswer(compact.length)),
        family: isIpv4 ? 'ipv4' : 'ipv6',
      },
      now,
    );
  }
}

const NOBODY = { seeders: 0, leechers: 0, completed: 0 };

/** A zero says that it is where it is seen. */
function isNamed(ip: Uint8Array): boolean {
  return (ip[0] | ip[1] | ip[2] | ip[3]) !== 0;
}
