// What a tracker answers to an announce (BEP 3, 7, 23, 24), read with every count and length bounded.

import {
  BencodeDictionary,
  decodeCompactPeers4,
  decodeCompactPeers6,
  formatIpAddress,
  type PeerAddress,
  parseIpAddress,
} from '@enjambre/metainfo';
import { isTrackerError, type TrackerError } from '../errors.ts';
import { readableText } from './answer-text.ts';
import { decodeAnswer } from './bencoded-answer.ts';

export interface AnnounceAnswer {
  readonly peers: readonly PeerAddress[];
  /** When it wants to hear from us again; undefined when it did not say. Not yet clamped: that is the caller's policy. */
  readonly intervalMs: number | undefined;
  /** Not before that. */
  readonly minIntervalMs: number | undefined;
  /** To be sent back in later announces. */
  readonly trackerId: Uint8Array | undefined;
  readonly warning: string | undefined;
  readonly seeders: number | undefined;
  readonly leechers: number | undefined;
  /** Where the tracker sees us (BEP 24): an address for each family over which it was asked, as far as it says. */
  readonly externalIps: readonly string[];
}

/** We ask for 50 to 200; what a tracker sends beyond this is not for our good. */
const MAX_PEERS = 1000;
/** Goes into our URLs. */
const MAX_TRACKER_ID_LENGTH = 256;
const IPV4_ENTRY_LENGTH = 6;
const IPV6_ENTRY_LENGTH = 18;

/** Reads an answer's body. Never throws. */
export function parseAnnounceAnswer(body: Uint8Array): AnnounceAnswer | TrackerError {
  const dictionary = decodeAnswer(body);
  if (isTrackerError(dictionary)) return dictionary;
  const peers = parsePeers(dictionary);
  if (peers === undefined) return { code: 'malformed', message: 'the answer’s peers are neither a list nor compact' };
  const trackerId = dictionary.getBytes('tracker id');
  const warning = dictionary.getString('warning message');
  return {
    peers,
    intervalMs: seconds(dictionary, 'interval'),
    minIntervalMs: seconds(dictionary, 'min interval'),
    // A copy: the answer itself need not stay in memory for it.
    trackerId: trackerId !== undefined && trackerId.length <= MAX_TRACKER_ID_LENGTH ? trackerId.slice() : undefined,
    warning: warning === undefined ? undefined : readableText(warning),
    seeders: count(dictionary, 'complete'),
    leechers: count(dictionary, 'incomplete'),
    externalIps: parseExternalIp(dictionary.getBytes('external ip')),
  };
}

function parsePeers(dictionary: BencodeDictionary): PeerAddress[] | undefined {
  const peers = dictionary.get('peers') ?? new Uint8Array(0);
  const peers6 = dictionary.getBytes('peers6') ?? new Uint8Array(0);
  const found: PeerAddress[] = [];
  if (peers instanceof Uint8Array) {
    found.push(...decodeCompactPeers4(peers.subarray(0, MAX_PEERS * IPV4_ENTRY_LENGTH)));
  } else if (typeof peers === 'object' && 'length' in peers) {
    for (const item of peers.slice(0, MAX_PEERS)) {
      const address = item instanceof BencodeDictionary ? parsePeer(item) : undefined;
      if (address !== undefined) found.push(address);
    }
  } else {
    return undefined;
  }
  found.push(...decodeCompactPeers6(peers6.subarray(0, MAX_PEERS * IPV6_ENTRY_LENGTH)));
  return found.slice(0, MAX_PEERS);
}

/** One peer of a dictionary answer. Names (BEP 3 allows them) are dropped: a stranger shall not make us resolve them. */
function parsePeer(peer: BencodeDictionary): PeerAddress | undefined {
  const ip = parseIpAddress(peer.getString('ip') ?? '');
  const port = peer.getInteger('port') ?? 0;
  return ip !== undefined && port >= 1 && port <= 0xffff ? { host: formatIpAddress(ip), port } : undefined;
}

function parseExternalIp(bytes: Uint8Array | undefined): string[] {
  return bytes !== undefined && (bytes.length === 4 || bytes.length === 16) ? [formatIpAddress(bytes)] : [];
}

function seconds(dictionary: BencodeDictionary, key: string): number | undefined {
  const value = count(dictionary, key);
  return value === undefined ? undefined : value * 1000;
}

function count(dictionary: BencodeDictionary, key: string): number | undefined {
  const value = dictionary.getInteger(key);
  return value !== undefined && value >= 0 ? value : undefined;
}
