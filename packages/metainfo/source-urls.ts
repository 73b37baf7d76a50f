// Where a torrent says that it can be had: tracker tiers (BEP 12), web seeds (BEP 19), DHT nodes (BEP 5).
// Invariant: whatever stands there, what is kept is bounded, of the right form and stands once; the rest is left out.

import type { BencodeDictionary, BencodeValue } from './bencode-dictionary.ts';
import type { PeerAddress } from './peer-address.ts';
import { decodeUtf8 } from './utf8.ts';

/** Longer than any real tracker's, passkeys included; servers refuse longer ones as well. */
const MAX_URL_LENGTH = 2048;
/** More than any tracker list in use; each one costs announces. */
const MAX_URLS = 1000;
/** A DNS name is never longer. */
const MAX_HOST_LENGTH = 255;

const TRACKER_SCHEME = /^(?:https?|udp):\/\//i;
const WEB_SCHEME = /^https?:\/\//i;

/** Tiers of tracker URLs: `announce-list` where it has any that can be used, else `announce`. */
export function readTrackers(torrent: BencodeDictionary): string[][] {
  // Some programs write the list flat: each URL is a tier then.
  const listed = (torrent.getList('announce-list') ?? []).map((tier) => textsOf(tier));
  const tiers = keepTrackers(listed);
  return tiers.length > 0 ? tiers : keepTrackers([textsOf(torrent.get('announce'))]);
}

/** Of these tiers the URLs that can be announced to, each once; empty tiers are left out. */
export function keepTrackers(tiers: readonly (readonly string[])[]): string[][] {
  const seen = new Set<string>();
  return tiers.map((tier) => keepUrls(tier, TRACKER_SCHEME, seen)).filter((tier) => tier.length > 0);
}

/** Web seeds: a list or a single URL. */
export function readWebseeds(torrent: BencodeDictionary): string[] {
  return keepWebseeds(textsOf(torrent.get('url-list')));
}

/** Of these URLs the http and https ones, each once. */
export function keepWebseeds(urls: readonly string[]): string[] {
  return keepUrls(urls, WEB_SCHEME, new Set());
}

/** DHT nodes, `[[host, port], …]`. */
export function readNodes(torrent: BencodeDictionary): PeerAddress[] {
  const nodes: PeerAddress[] = [];
  for (const entry of torrent.getList('nodes') ?? []) {
    if (!Array.isArray(entry) || nodes.length === MAX_URLS) continue;
    const [host, port] = entry;
    if (!(host instanceof Uint8Array) || host.length === 0 || host.length > MAX_HOST_LENGTH) continue;
    if (typeof port === 'number' && port >= 1 && port <= 0xffff) nodes.push({ host: decodeUtf8(host), port });
  }
  return nodes;
}

function keepUrls(urls: readonly string[], scheme: RegExp, seen: Set<string>): string[] {
  const kept: string[] = [];
  for (const text of urls) {
    const url = text.trim();
    if (seen.size === MAX_URLS) break;
    if (url.length > MAX_URL_LENGTH || !scheme.test(url) || /[\s\p{Cc}]/u.test(url)) continue;
    if (!URL.canParse(url) || seen.has(url)) continue;
    seen.add(url);
    kept.push(url);
  }
  return kept;
}

function textsOf(value: BencodeValue | undefined): string[] {
  if (value instanceof Uint8Array) return [decodeUtf8(value)];
  return Array.isArray(value) ? value.filter((item) => item instanceof Uint8Array).map(decodeUtf8) : [];
}
