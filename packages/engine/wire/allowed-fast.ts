// The pieces a choked newcomer may ask for (BEP 6), derived from its network so that reconnecting gains nothing.

import { hash } from 'node:crypto';
import { parseIpAddress } from '@enjambre/metainfo';

/** As BEP 6 and the other clients have it: a start, not a way round the choker. */
export const ALLOWED_FAST_COUNT = 10;

/**
 * The canonical allowed fast set, in the order of the BEP's algorithm.
 * @param host the peer's address; the BEP defines the set for IPv4 only, others get none
 * @param infoHash 20 bytes
 * @param count how many pieces are wanted; a torrent with no more pieces than that is allowed as a whole
 */
export function allowedFastSet(
  host: string,
  infoHash: Uint8Array,
  pieceCount: number,
  count = ALLOWED_FAST_COUNT,
): number[] {
  const network = networkOf(host);
  if (network === undefined) return [];
  if (pieceCount <= count) return Array.from({ length: pieceCount }, (_, pieceIndex) => pieceIndex);
  const allowed = new Set<number>();
  let digest: Buffer = Buffer.concat([network, infoHash]);
  while (allowed.size < count) {
    digest = hash('sha1', digest, 'buffer');
    for (let at = 0; at < digest.length && allowed.size < count; at += 4) {
      allowed.add(digest.readUInt32BE(at) % pieceCount);
    }
  }
  return [...allowed];
}

/** The first three bytes of an IPv4 address and a zero: neighbours share a set. */
function networkOf(host: string): Buffer | undefined {
  const address = parseIpAddress(host);
  return address?.length === 4 ? Buffer.from([address[0], address[1], address[2], 0]) : undefined;
}
