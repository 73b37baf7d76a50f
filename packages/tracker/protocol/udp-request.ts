// What a UDP tracker is asked and answers (BEP 15), the tracker's side. Whole datagrams in, values out; never throws. What is read
// of an announce goes into a record that is used again: tens of thousands a second leave no garbage.

import { PEER_ID_LENGTH } from '@enjambre/metainfo';
import type { AnnounceEvent } from './announce-request.ts';
import { udpActions } from './udp-message.ts';

const PROTOCOL_ID_HIGH = 0x417;
const PROTOCOL_ID_LOW = 0x27101980;
const HEADER_LENGTH = 16;
const ANNOUNCE_LENGTH = 98;
const ANNOUNCED_LENGTH = 20;
const SCRAPED_LENGTH = 12;
const ERROR_HEADER_LENGTH = 8;
const INFO_HASH_LENGTH = 20;
const EVENTS: readonly (AnnounceEvent | undefined)[] = [undefined, 'completed', 'started', 'stopped'];
/** What every IPv6 network carries in one piece: 1280 less the headers. The address was proven, so more would be no attack,
 *  but pieces get lost. */
const MAX_ANSWER_LENGTH = 1232;
const WORD = 2 ** 32;

/** The kind of a request whose form is right, else undefined. What stands behind an announce (BEP 41) may be anything. */
export function requestAction(message: Buffer): 'connect' | 'announce' | 'scrape' | undefined {
  const { length } = message;
  if (length < HEADER_LENGTH) return undefined;
  switch (message.readUInt32BE(8)) {
    case udpActions.connect:
      return message.readUInt32BE(0) === PROTOCOL_ID_HIGH && message.readUInt32BE(4) === PROTOCOL_ID_LOW
        ? 'connect'
        : undefined;
    case udpActions.announce:
      return length >= ANNOUNCE_LENGTH ? 'announce' : undefined;
    case udpActions.scrape:
      return length > HEADER_LENGTH && (length - HEADER_LENGTH) % INFO_HASH_LENGTH === 0 ? 'scrape' : undefined;
    default:
      return undefined;
  }
}

/** An announce as it was read last. */
export interface UdpAnnounce {
  readonly infoHash: Uint8Array;
  readonly peerId: Uint8Array;
  /** 4 bytes: where the client says that it is; zeros when it does not. */
  readonly ip: Uint8Array;
  leftBytes: number;
  event: AnnounceEvent | undefined;
  /** Undefined for the tracker's default. */
  numWant: number | undefined;
  port: number;
}

export function emptyAnnounce(): UdpAnnounce {
  return {
    infoHash: new Uint8Array(INFO_HASH_LENGTH),
    peerId: new Uint8Array(PEER_ID_LENGTH),
    ip: new Uint8Array(4),
    leftBytes: 0,
    event: undefined,
    numWant: undefined,
    port: 0,
  };
}

/** @param message of which `requestAction` said that it is an announce */
export function readAnnounce(message: Buffer, into: UdpAnnounce): void {
  for (let at = 0; at < INFO_HASH_LENGTH; at++) into.infoHash[at] = message[16 + at];
  for (let at = 0; at < PEER_ID_LENGTH; at++) into.peerId[at] = message[36 + at];
  for (let at = 0; at < 4; at++) into.ip[at] = message[84 + at];
  into.leftBytes = message.readUInt32BE(64) * WORD + message.readUInt32BE(68);
  into.event = EVENTS[message.readUInt32BE(80)];
  const numWant = message.readInt32BE(92);
  into.numWant = numWant < 0 ? undefined : numWant;
  into.port = message.readUInt16BE(96);
}

/** The info hashes of a scrape, as views of it. */
export function scrapedHashes(message: Buffer): Uint8Array[] {
  const count = (message.length - HEADER_LENGTH) / INFO_HASH_LENGTH;
  return Array.from({ length: count }, (_, at) => {
    const start = HEADER_LENGTH + at * INFO_HASH_LENGTH;
    return message.subarray(start, start + INFO_HASH_LENGTH);
  });
}

/** How many peers an answer has room for. @param entryLength 6 or 18 */
export function peersInAnswer(entryLength: number): number {
  return Math.floor((MAX_ANSWER_LENGTH - ANNOUNCED_LENGTH) / entryLength);
}

/** An answer that has room for `length` bytes behind action and transaction, which it takes from the request. */
function answerTo(request: Buffer, action: number, length: number): Buffer {
  const answer = Buffer.allocUnsafe(ERROR_HEADER_LENGTH + length);
  answer.writeUInt32BE(action, 0);
  for (let at = 4; at < ERROR_HEADER_LENGTH; at++) answer[at] = request[8 + at];
  return answer;
}

export function encodeConnected(request: Buffer, idHigh: number, idLow: number): Buffer {
  const answer = answerTo(request, udpActions.connect, 8);
  answer.writeUInt32BE(idHigh, 8);
  answer.writeUInt32BE(idLow, 12);
  return answer;
}

/** @param peersLength bytes that the caller writes from `announcedHeaderLength` on */
export function encodeAnnounced(
  request: Buffer,
  intervalSeconds: number,
  { leechers, seeders }: { readonly leechers: number; readonly seeders: number },
  peersLength: number,
): Buffer {
  const answer = answerTo(request, udpActions.announce, ANNOUNCED_LENGTH - ERROR_HEADER_LENGTH + peersLength);
  answer.writeUInt32BE(intervalSeconds, 8);
  answer.writeUInt32BE(leechers, 12);
  answer.writeUInt32BE(seeders, 16);
  return answer;
}
export const announcedHeaderLength = ANNOUNCED_LENGTH;

/** @param swarms counts in the order of the request's hashes */
export function encodeScraped(
  request: Buffer,
  swarms: readonly { readonly leechers: number; readonly seeders: number; readonly completed: number }[],
): Buffer {
  const answer = answerTo(request, udpActions.scrape, swarms.length * SCRAPED_LENGTH);
  for (const [index, { seeders, completed, leechers }] of swarms.entries()) {
    const at = ERROR_HEADER_LENGTH + index * SCRAPED_LENGTH;
    answer.writeUInt32BE(seeders, at);
    answer.writeUInt32BE(completed, at + 4);
    answer.writeUInt32BE(leechers, at + 8);
  }
  return answer;
}

/** @param reason a sentence: clients show it to their users */
export function encodeRefusal(request: Buffer, reason: string): Buffer {
  const text = Buffer.from(reason);
  const answer = answerTo(request, udpActions.error, text.length);
  answer.set(text, ERROR_HEADER_LENGTH);
  return answer;
}
