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
  readonly peers: readonly ListedPeer[];
}

export type PeerListForm = 'compact' | 'dictionary' | 'dictionary-without-ids';

const PORT_LENGTH = 2;
const IPV4_ENTRY_LENGTH = 6;

export function encodeAnnounceAnswer(parts: AnnounceAnswerParts, form: PeerListForm): Uint8Array {
  return encodeBencode({
    complete: parts.seeders,
    downloaded: parts.completed,
    'external ip': parts.externalIp,
    incomplete: parts.leechers,
    interval: parts.intervalSeconds,
    'min interval': parts.minIntervalSeconds,
    ...(form === 'compact'
      ? compactLists(parts.peers)
      : { peers: parts.peers.map((peer) => asDictionary(peer, form)) }),
  });
}

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

function compactLists(peers: readonly ListedPeer[]): { peers: Uint8Array; peers6: Uint8Array | undefined } {
  const all = peers.map((peer) => peer.compact);
  const ipv6 = all.filter((compact) => compact.length !== IPV4_ENTRY_LENGTH);
  return {
    peers: Buffer.concat(all.filter((compact) => compact.length === IPV4_ENTRY_LENGTH)),
    peers6: ipv6.length === 0 ? undefined : Buffer.concat(ipv6),
  };
}

function asDictionary(
  { compact, peerId }: ListedPeer,
  form: PeerListForm,
): { [key: string]: number | string | Uint8Array } {
  const addressLength = compact.length - PORT_LENGTH;
  const ip = formatIpAddress(compact.subarray(0, addressLength));
  const port = compact[addressLength] * 256 + compact[addressLength + 1];
  return form === 'dictionary' ? { ip, 'peer id': peerId, port } : { ip, port };
}
