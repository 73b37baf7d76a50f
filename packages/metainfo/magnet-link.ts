// Magnet links (BEP 9, 53): an info hash in a URL, with hints where to find the rest.

import { MagnetLinkError } from './errors.ts';
import { INFO_HASH_V1_LENGTH, INFO_HASH_V2_LENGTH, parseInfoHash } from './info-hash.ts';
import { canonicalIpAddress } from './ip-address.ts';
import type { PeerAddress } from './peer-address.ts';
import { keepTrackers, keepWebseeds } from './source-urls.ts';

/** The longest link that is read: room for every tracker that is kept. */
const MAX_LINK_LENGTH = 1024 * 1024;
/** Peers named by hand; a link with more is no link for people. */
const MAX_PEERS = 1000;
const SCHEME = 'magnet:?';
const V1_PREFIX = 'urn:btih:';
const V2_PREFIX = 'urn:btmh:';
/** A multihash of SHA-256: code 0x12, 32 bytes. */
const SHA256_MULTIHASH = '1220';

/** At least one of the hashes is there. */
export interface MagnetLink {
  readonly infoHashV1: Uint8Array | undefined;
  readonly infoHashV2: Uint8Array | undefined;
  /** `dn`, for people only. */
  readonly name: string | undefined;
  /** Each `tr` is a tier. */
  readonly trackers: readonly (readonly string[])[];
  readonly webseeds: readonly string[];
  /** `x.pe`; the host may be a name. */
  readonly peers: readonly PeerAddress[];
  /** `so` (BEP 53): ranges of file indexes, both ends included; undefined means all. */
  readonly selectedFiles: readonly { readonly first: number; readonly last: number }[] | undefined;
  /** `xl`: bytes of all files. */
  readonly size: number | undefined;
}

/** @throws MagnetLinkError */
export function parseMagnetLink(text: string): MagnetLink {
  const link = text.trim();
  if (link.slice(0, SCHEME.length).toLowerCase() !== SCHEME || link.length > MAX_LINK_LENGTH) {
    throw new MagnetLinkError('not-a-magnet-link', `a magnet link begins with ${SCHEME}`, 0);
  }
  const parameters = new URLSearchParams(link.slice(SCHEME.length));
  // Several values of one name may be numbered: tr.1, tr.2.
  const all = (name: string): string[] =>
    [...parameters]
      .filter(([key]) => key === name || (/^\.\d+$/.test(key.slice(name.length)) && key.startsWith(name)))
      .map(([, value]) => value);
  const { infoHashV1, infoHashV2 } = readInfoHashes(all('xt'), link);
  const size = all('xl')[0];
  return {
    infoHashV1,
    infoHashV2,
    name: all('dn')[0],
    trackers: keepTrackers(all('tr').map((url) => [url])),
    webseeds: keepWebseeds(all('ws')),
    peers: readPeers(all('x.pe')),
    selectedFiles: readRanges(all('so')),
    size: size !== undefined && /^\d{1,15}$/.test(size) ? Number(size) : undefined,
  };
}

function readInfoHashes(topics: readonly string[], link: string): Pick<MagnetLink, 'infoHashV1' | 'infoHashV2'> {
  let infoHashV1: Uint8Array | undefined;
  let infoHashV2: Uint8Array | undefined;
  for (const topic of topics) {
    const prefix = topic.slice(0, V1_PREFIX.length).toLowerCase();
    const rest = topic.slice(V1_PREFIX.length);
    const isV1 = prefix === V1_PREFIX;
    if (!isV1 && prefix !== V2_PREFIX) continue;
    const isSha256 = rest.startsWith(SHA256_MULTIHASH);
    const infoHash = isV1
      ? parseInfoHash(rest)
      : isSha256
        ? parseInfoHash(rest.slice(SHA256_MULTIHASH.length))
        : undefined;
    const before = isV1 ? infoHashV1 : infoHashV2;
    const rightLength = infoHash?.length === (isV1 ? INFO_HASH_V1_LENGTH : INFO_HASH_V2_LENGTH);
    if (infoHash === undefined || !rightLength || (before !== undefined && Buffer.compare(before, infoHash) !== 0)) {
      const problem = rightLength ? 'a second, different info hash' : 'a bad info hash';
      throw new MagnetLinkError(
        'bad-info-hash',
        `${problem}: ${JSON.stringify(topic.slice(0, 100))}`,
        offsetOf(link, rest),
      );
    }
    if (isV1) infoHashV1 = infoHash;
    else infoHashV2 = infoHash;
  }
  if (infoHashV1 === undefined && infoHashV2 === undefined) {
    throw new MagnetLinkError('no-info-hash', `the link has no xt=${V1_PREFIX}… or xt=${V2_PREFIX}…`);
  }
  return { infoHashV1, infoHashV2 };
}

/** Where that text stands in the link, unless it was written with escapes. */
function offsetOf(link: string, text: string): number | undefined {
  const index = text === '' ? -1 : link.indexOf(text);
  return index === -1 ? undefined : index;
}

function readPeers(texts: readonly string[]): PeerAddress[] {
  const peers: PeerAddress[] = [];
  for (const text of texts.slice(0, MAX_PEERS)) {
    const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]{1,255})):(\d{1,5})$/i.exec(text);
    if (match === null) continue;
    const [, bracketed, plain, digits] = match;
    const host = bracketed === undefined ? (canonicalIpAddress(plain) ?? plain) : canonicalIpAddress(bracketed);
    const port = Number(digits);
    if (host !== undefined && port >= 1 && port <= 0xffff) peers.push({ host, port });
  }
  return peers;
}

function readRanges(texts: readonly string[]): { first: number; last: number }[] | undefined {
  const ranges = texts
    .flatMap((text) => text.split(','))
    .flatMap((range) => {
      const match = /^(\d{1,7})(?:-(\d{1,7}))?$/.exec(range.trim());
      if (match === null) return [];
      const first = Number(match[1]);
      const last = Number(match[2] ?? match[1]);
      return last < first ? [] : [{ first, last }];
    });
  return ranges.length === 0 ? undefined : ranges;
}
