// What our tracker answers, as bytes (BEP 3, 7, 23, 24, 48).

import { encodeBencode, formatIpAddress } from '@enjambre/metainfo';

/** A peer as it is handed out. */
export interface ListedPeer {
  /** 6 bytes (IPv4) or 18 (IPv6): address and port as compact answers have them. */
  readonly compact: Uint8Array;
  /** 20 bytes. */
  readonly peerId: Uint8Array;
}

export interface AnnounceAnswerParts {
  readonly seeders: number;
  readonly leechers: number;
  /** How often `completed` was announced. */
  readonly completed: number;
  readonly intervalSeconds: number;
  readonly minIntervalSeconds: number;
  /** 4 or 16 bytes: where the tracker sees the client. */
  readonly externalIp: Uint8Array;
}

const PORT_LENGTH = 2;

/** Each peer as a dictionary, for clients that want no compact list. */
export function encodeListedPeers(
  parts: AnnounceAnswerParts,
  peers: readonly ListedPeer[],
  withIds: boolean,
): Uint8Array {
  return encodeBencode({
    complete: parts.seeders,
    downloaded: parts.completed,
    'external ip': parts.externalIp,
    incomplete: parts.leechers,
    interval: parts.intervalSeconds,
    'min interval': parts.minIntervalSeconds,
    peers: peers.map((peer) => asDictionary(peer, withIds)),
  });
}

/**
 * The answer that nearly all clients want, written straight into its bytes: a tracker does little else.
 * @param ipv4Length, ipv6Length of the compact lists, in bytes
 * @returns the answer, and where the caller writes the lists of IPv4 and of IPv6 peers
 */
export function encodeCompactPeers(
  parts: AnnounceAnswerParts,
  ipv4Length: number,
  ipv6Length: number,
): { readonly bytes: Buffer; readonly ipv4At: number; readonly ipv6At: number } {
  const before = `d8:completei${parts.seeders}e10:downloadedi${parts.completed}e11:external ip${parts.externalIp.length}:`;
  const behind = `10:incompletei${parts.leechers}e8:intervali${parts.intervalSeconds}e12:min intervali${parts.minIntervalSeconds}e5:peers${ipv4Length}:`;
  const peers6 = ipv6Length === 0 ? '' : `6:peers6${ipv6Length}:`;
  const behindAt = before.length + parts.externalIp.length;
  const ipv4At = behindAt + behind.length;
  const ipv6At = ipv4At + ipv4Length + peers6.length;
  const bytes = Buffer.allocUnsafe(ipv6At + ipv6Length + 1);
  bytes.write(before, 0, 'latin1');
  bytes.set(parts.externalIp, before.length);
  bytes.write(behind, behindAt, 'latin1');
  bytes.write(peers6, ipv4At + ipv4Length, 'latin1');
  bytes[bytes.length - 1] = END_OF_DICTIONARY;
  return { bytes, ipv4At, ipv6At };
}
const END_OF_DICTIONARY = 0x65;

/** @param swarms counts by info hash, one byte a character (latin1) */
export function encodeScrapeAnswer(
  swarms: ReadonlyMap<string, { seeders: number; leechers: number; completed: number }>,
): Uint8Array {
  const files = new Map(
    Array.from(swarms, ([infoHash, { seeders, leechers, completed }]) => [
      infoHash,
      { complete: seeders, downloaded: completed, incomplete: leechers },
    ]),
  );
  return encodeBencode({ files });
}

/** @param reason a sentence: clients show it to their users */
export function encodeFailure(reason: string): Uint8Array {
  return encodeBencode({ 'failure reason': reason });
}

function asDictionary(
  { compact, peerId }: ListedPeer,
  withId: boolean,
): { [key: string]: number | string | Uint8Array } {
  const addressLength = compact.length - PORT_LENGTH;
  const ip = formatIpAddress(compact.subarray(0, addressLength));
  const port = compact[addressLength] * 256 + compact[addressLength + 1];
  return withId ? { ip, 'peer id': peerId, port } : { ip, port };
}
