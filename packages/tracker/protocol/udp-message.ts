// What is said to a UDP tracker and what it answers (BEP 15, 41), as bytes. Whole datagrams in, values out; never throws.

import { decodeCompactPeers4, decodeCompactPeers6 } from '@enjambre/metainfo';
import type { TrackerError } from '../errors.ts';
import type { AnnounceAnswer } from './announce-answer.ts';
import type { AnnounceEvent, AnnounceRequest } from './announce-request.ts';
import { readableText } from './answer-text.ts';
import type { SwarmCounts } from './scrape-answer.ts';

/** Says that what follows is this protocol. */
const PROTOCOL_ID = 0x417_2710_1980n;
const CONNECTION_ID_LENGTH = 8;
/** The kinds of messages, and of answers. */
export const udpActions = { connect: 0, announce: 1, scrape: 2, error: 3 } as const;
const EVENTS: Readonly<Record<AnnounceEvent, number>> = { completed: 1, started: 2, stopped: 3 };
/** Before the options. */
const ANNOUNCE_LENGTH = 98;
const REQUEST_HEADER_LENGTH = 16;
const ANSWER_HEADER_LENGTH = 8;
const ANNOUNCE_ANSWER_LENGTH = 20;
const SCRAPE_ENTRY_LENGTH = 12;
/** BEP 41: an option that carries a part of the URL's path and query, after its length. */
const URL_DATA_OPTION = 2;
const END_OF_OPTIONS = 0;
const MAX_OPTION_LENGTH = 255;
/** So many info hashes fit into a datagram that no network breaks up (BEP 15). */
export const MAX_SCRAPED = 74;
/** We ask for 200 at most. */
const MAX_PEERS = 1000;

export function encodeConnect(transactionId: number): Buffer {
  const message = Buffer.alloc(REQUEST_HEADER_LENGTH);
  message.writeBigUInt64BE(PROTOCOL_ID, 0);
  message.writeUInt32BE(udpActions.connect, 8);
  message.writeUInt32BE(transactionId, 12);
  return message;
}

/**
 * @param connectionId 8 bytes, as the tracker gave it
 * @param url the tracker's; its path and query go with it (BEP 41)
 * @param ip 4 bytes at which peers reach us, when it is not where the datagram comes from
 */
export function encodeAnnounce(
  connectionId: Uint8Array,
  transactionId: number,
  request: AnnounceRequest,
  url: URL,
  ip: Uint8Array | undefined,
): Buffer {
  const message = Buffer.alloc(ANNOUNCE_LENGTH);
  writeHeader(message, connectionId, udpActions.announce, transactionId);
  message.set(request.infoHash, 16);
  message.set(request.peerId, 36);
  message.writeBigUInt64BE(BigInt(request.downloadedBytes), 56);
  message.writeBigUInt64BE(BigInt(request.leftBytes), 64);
  message.writeBigUInt64BE(BigInt(request.uploadedBytes), 72);
  message.writeUInt32BE(request.event === undefined ? 0 : EVENTS[request.event], 80);
  if (ip?.length === 4) message.set(ip, 84);
  message.writeUInt32BE(Number.parseInt(request.key, 16) >>> 0, 88);
  message.writeInt32BE(request.numWant, 92);
  message.writeUInt16BE(request.port, 96);
  return Buffer.concat([message, ...urlOptions(url)]);
}

/** @param infoHashes 20 bytes each, at most `MAX_SCRAPED` */
export function encodeScrape(
  connectionId: Uint8Array,
  transactionId: number,
  infoHashes: readonly Uint8Array[],
): Buffer {
  const header = Buffer.alloc(REQUEST_HEADER_LENGTH);
  writeHeader(header, connectionId, udpActions.scrape, transactionId);
  return Buffer.concat([header, ...infoHashes]);
}

/** An answer's kind, whom it is for, and the rest of it; undefined for what is none. */
export function parseUdpAnswer(
  message: Uint8Array,
): { action: number; transactionId: number; body: Buffer } | undefined {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.length);
  if (bytes.length < ANSWER_HEADER_LENGTH) return undefined;
  return {
    action: bytes.readUInt32BE(0),
    transactionId: bytes.readUInt32BE(4),
    body: bytes.subarray(ANSWER_HEADER_LENGTH),
  };
}

/** The connection id that the tracker wants to see from now on. */
export function parseConnected(body: Buffer): Uint8Array | TrackerError {
  return body.length < CONNECTION_ID_LENGTH ? tooShort() : Uint8Array.from(body.subarray(0, CONNECTION_ID_LENGTH));
}

/** @param family of the address that answered: it decides what a peer looks like */
export function parseAnnounced(body: Buffer, family: 4 | 6): AnnounceAnswer | TrackerError {
  const fixed = ANNOUNCE_ANSWER_LENGTH - ANSWER_HEADER_LENGTH;
  if (body.length < fixed) return tooShort();
  const entryLength = family === 4 ? 6 : 18;
  // A part of a peer at the end is cut off by some trackers; what is whole counts.
  const count = Math.min(Math.floor((body.length - fixed) / entryLength), MAX_PEERS);
  const peers = body.subarray(fixed, fixed + count * entryLength);
  return {
    peers: family === 4 ? decodeCompactPeers4(peers) : decodeCompactPeers6(peers),
    intervalMs: body.readUInt32BE(0) * 1000,
    minIntervalMs: undefined,
    trackerId: undefined,
    warning: undefined,
    leechers: body.readUInt32BE(4),
    seeders: body.readUInt32BE(8),
    externalIps: [],
  };
}

/** Counts by info hash (lower-case hex), of those that were asked for and answered. */
export function parseScraped(
  body: Buffer,
  infoHashes: readonly Uint8Array[],
): ReadonlyMap<string, SwarmCounts> | TrackerError {
  const answered = Math.min(infoHashes.length, Math.floor(body.length / SCRAPE_ENTRY_LENGTH));
  if (answered < infoHashes.length) return tooShort();
  return new Map(
    infoHashes.map((infoHash, index) => {
      const at = index * SCRAPE_ENTRY_LENGTH;
      const seeders = body.readUInt32BE(at);
      const completed = body.readUInt32BE(at + 4);
      const leechers = body.readUInt32BE(at + 8);
      return [Buffer.from(infoHash).toString('hex'), { seeders, leechers, completed }];
    }),
  );
}

/** The tracker's refusal, in its own words. */
export function parseRefusal(body: Buffer): TrackerError {
  return { code: 'refused', message: readableText(body.toString('utf8')) || 'refused without a reason' };
}

function writeHeader(message: Buffer, connectionId: Uint8Array, action: number, transactionId: number): void {
  message.set(connectionId, 0);
  message.writeUInt32BE(action, 8);
  message.writeUInt32BE(transactionId, 12);
}

function urlOptions(url: URL): Buffer[] {
  const text = Buffer.from(url.pathname === '/' && url.search === '' ? '' : url.pathname + url.search);
  const options: Buffer[] = [];
  for (let at = 0; at < text.length; at += MAX_OPTION_LENGTH) {
    const part = text.subarray(at, at + MAX_OPTION_LENGTH);
    options.push(Buffer.of(URL_DATA_OPTION, part.length), part);
  }
  return options.length === 0 ? [] : [...options, Buffer.of(END_OF_OPTIONS)];
}

function tooShort(): TrackerError {
  return { code: 'malformed', message: 'the answer is too short' };
}
