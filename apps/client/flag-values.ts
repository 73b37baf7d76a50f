// From a flag's text to its value. Each reader throws a sentence that says what would be right.

import { homedir } from 'node:os';
import { join } from 'node:path';
import { canonicalIpAddress, type PeerAddress } from '@enjambre/metainfo';

/** What a source of peers may be called; not all of them exist yet. */
export const sourceNames = ['tracker', 'overlay', 'dht', 'pex', 'lsd'] as const;
const MAX_PORT = 65535;
/** What a timer of Node can wait, 24.8 days. */
const MAX_TIMEOUT_SECONDS = 2_147_483;
const suffixes: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };
/** Labels of letters, digits, dashes and (as Docker and Windows use them) underscores. */
const hostName = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i;

/** 0–65535. */
export function readPort(text: string): number {
  return wholeNumber(text, 0, MAX_PORT, 'a port is a number from 0 to 65535');
}

/** 1–65535: a process has no more sockets to one address. */
export function readConnections(text: string): number {
  return wholeNumber(text, 1, MAX_PORT, 'a number of connections is from 1 to 65535');
}

/** Bytes a second; undefined for 0, which is no limit. */
export function readLimit(text: string): number | undefined {
  const match = /^([0-9]{1,15})([kmg]?)$/i.exec(text);
  const bytes = match === null ? Number.NaN : Number(match[1]) * suffixes[match[2].toLowerCase()];
  if (!Number.isSafeInteger(bytes)) throw new Error('a limit is bytes a second as a whole number, or with k, M or G');
  return bytes === 0 ? undefined : bytes;
}

/** Seconds as milliseconds. */
export function readSeconds(text: string): number {
  const seconds = /^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(seconds > 0 && seconds <= MAX_TIMEOUT_SECONDS)) {
    throw new Error(`a time is a number of seconds above 0 and up to ${MAX_TIMEOUT_SECONDS}`);
  }
  return Math.ceil(seconds * 1000);
}

/** `true` and `false`, and the words for them that environments use. */
export function readSwitch(text: string): boolean {
  const word = text.toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(word)) return true;
  if (['false', '0', 'no', 'off'].includes(word)) return false;
  throw new Error('a switch is true or false');
}

/** A name or an IP address without brackets. */
export function readHost(text: string): string {
  const address = canonicalIpAddress(text.replace(/^\[(.*)\]$/, '$1'));
  if (address !== undefined) return address;
  // Digits and dots alone are a mistyped address, not a name.
  if (!hostName.test(text) || /^[0-9.]+$/.test(text)) throw new Error('a host is a name or an IP address');
  return text;
}

/** `host:port`, `[ipv6]:port`. */
export function readPeer(text: string): PeerAddress {
  const match = /^(\[.+\]|[^:]+):([0-9]{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || !(port >= 1 && port <= MAX_PORT)) throw new Error('a peer is HOST:PORT or [IPV6]:PORT');
  return { host: readHost(match[1]), port };
}

/** A tracker's URL, as it is written. */
export function readTracker(text: string): string {
  const url = URL.parse(text);
  const isAskable = url !== null && ['http:', 'https:', 'udp:'].includes(url.protocol) && url.hostname !== '';
  if (!isAskable) throw new Error('a tracker is a URL that begins with http://, https:// or udp://');
  if (url.protocol === 'udp:' && url.port === '') throw new Error('the URL of a udp tracker needs a port');
  return text;
}

/** A token travels in a header: visible ASCII, no spaces. */
export function readToken(text: string): string {
  if (!/^[\x21-\x7e]+$/.test(text)) throw new Error('a token is visible ASCII characters without spaces, at least one');
  return text;
}

/** A leading `~` is the user's home: in `--archives=~/data` no shell expands it. */
export function readPath(text: string): string {
  if (text === '~') return homedir();
  return text.startsWith('~/') ? join(homedir(), text.slice(2)) : text;
}

function wholeNumber(text: string, least: number, most: number, sentence: string): number {
  const value = /^[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) throw new Error(sentence);
  return value;
}
