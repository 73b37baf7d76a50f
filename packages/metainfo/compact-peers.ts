// Peers as trackers and peers send them: 6 bytes for IPv4 (BEP 23), 18 for IPv6 (BEP 7), port last, in network order.

import { formatIpAddress, parseIpAddress } from './ip-address.ts';
import type { PeerAddress } from './peer-address.ts';

const IPV4_LENGTH = 4;
const IPV6_LENGTH = 16;
const PORT_LENGTH = 2;

/** Encodes the addresses that are IP literals; names can't be. `v4` for `peers`, `v6` for `peers6`. */
export function encodeCompactPeers(addresses: Iterable<PeerAddress>): { v4: Uint8Array; v6: Uint8Array } {
  const v4: number[] = [];
  const v6: number[] = [];
  for (const { host, port } of addresses) {
    const bytes = parseIpAddress(host);
    if (bytes !== undefined) (bytes.length === IPV4_LENGTH ? v4 : v6).push(...bytes, port >> 8, port & 0xff);
  }
  return { v4: Uint8Array.from(v4), v6: Uint8Array.from(v6) };
}

/** IPv4 peers; port 0 is dropped, and so are bytes at the end that make no whole entry. */
export function decodeCompactPeers4(bytes: Uint8Array): PeerAddress[] {
  return decode(bytes, IPV4_LENGTH);
}

/** IPv6 peers, an IPv4-mapped address as IPv4; port 0 is dropped, and so are bytes that make no whole entry. */
export function decodeCompactPeers6(bytes: Uint8Array): PeerAddress[] {
  return decode(bytes, IPV6_LENGTH);
}

function decode(bytes: Uint8Array, addressLength: number): PeerAddress[] {
  const peers: PeerAddress[] = [];
  const entryLength = addressLength + PORT_LENGTH;
  for (let start = 0; start + entryLength <= bytes.length; start += entryLength) {
    const portStart = start + addressLength;
    const port = (bytes[portStart] << 8) | bytes[portStart + 1];
    if (port !== 0) peers.push({ host: formatIpAddress(bytes.subarray(start, portStart)), port });
  }
  return peers;
}
