// Which torrents of a list are asked for, and in which order. Pure.
// Invariant: the order is total, so that pages of an unchanged list neither overlap nor leave one out.

import type { TorrentSort, TorrentState } from '@enjambre/contract';
import { ApiError } from '../errors.ts';
import type { TorrentEntry } from '../torrent-entry.ts';
import { progressOf, stateOf } from './torrent-view.ts';

const STATES: readonly TorrentState[] = [
  'error',
  'stalled',
  'checking',
  'downloading',
  'paused',
  'seeding',
  'completed',
];

type Key = (entry: TorrentEntry) => number | string;

const KEYS: Readonly<Record<TorrentSort, Key>> = {
  name: ({ torrent }) => torrent.metainfo.name.toLowerCase(),
  added: ({ addedAt }) => addedAt,
  size: ({ torrent }) => torrent.metainfo.geometry.totalSize,
  progress: ({ torrent }) => progressOf(torrent.snapshot),
  download: ({ torrent }) => torrent.snapshot.downloadBytesPerSecond,
  upload: ({ torrent }) => torrent.snapshot.uploadBytesPerSecond,
  peers: ({ torrent }) => torrent.connectedPeers.size,
  // What needs somebody comes first.
  state: ({ torrent }) => STATES.indexOf(stateOf(torrent)),
};

/** @throws ApiError `invalid-request` that names the parameter */
export function selectTorrents(entries: readonly TorrentEntry[], query: URLSearchParams): TorrentEntry[] {
  const key = query.get('sort') ?? 'name';
  const turned = key.startsWith('-');
  const keyOf = Object.hasOwn(KEYS, key.slice(Number(turned)))
    ? KEYS[key.slice(Number(turned)) as TorrentSort]
    : undefined;
  if (keyOf === undefined) {
    throw new ApiError(
      400,
      'invalid-request',
      `sort is one of ${Object.keys(KEYS).join(', ')}, or one with - before it.`,
    );
  }
  const states = readStates(query.get('state'));
  const rows = entries
    .filter(({ torrent }) => states === undefined || states.has(stateOf(torrent)))
    .map((entry) => ({ entry, key: keyOf(entry) }));
  const direction = turned ? -1 : 1;
  rows.sort((a, b) => direction * compare(a.key, b.key) || compare(a.entry.torrent.infoHash, b.entry.torrent.infoHash));
  return rows.map(({ entry }) => entry);
}

function readStates(text: string | null): ReadonlySet<string> | undefined {
  if (text === null) return undefined;
  const states = text.split(',');
  for (const state of states) {
    if ((STATES as readonly string[]).includes(state)) continue;
    throw new ApiError(400, 'invalid-request', `state is one of ${STATES.join(', ')}, or several with commas.`);
  }
  return new Set(states);
}

function compare<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : Number(a > b);
}
