// What is inside a .torrent, before anything is kept or started. Pure.

import type { TorrentPreview } from '@enjambre/contract';
import type { ContainerList } from '../containers/container-list.ts';
import { parseTorrent, summarize } from './torrent-summary.ts';

/** More than people read. */
const SHOWN_FILES = 1000;
/** What Docker allows, less room for a number. */
const MAX_NAME_LENGTH = 56;

/** @throws FleetError `not-a-torrent`, `unsupported-torrent` */
export function previewTorrent(bytes: Uint8Array, containers: ContainerList): TorrentPreview {
  const torrent = parseTorrent(bytes);
  const summary = summarize(torrent);
  const files = torrent.files.filter((file) => !file.padding);
  const users = containers.all().filter(({ record }) => record.infoHash === summary.infoHash);
  return {
    ...summary,
    pieceLength: torrent.geometry.pieceLength,
    pieces: torrent.geometry.pieceCount,
    private: torrent.private,
    trackers: torrent.trackers.flat(),
    files: files.slice(0, SHOWN_FILES).map(({ path, size }) => ({ path, size })),
    suggestedName: freeName(torrent.name, containers),
    usedBy: users.map(({ record }) => record.name),
  };
}

/** A name that a container may have and none has: `debian-13.iso`, `debian-13.iso-2`. */
function freeName(torrentName: string, containers: ContainerList): string {
  const plain = torrentName
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .replace(/[^a-zA-Z0-9_.-]+/g, '-')
    .replace(/^[^a-zA-Z0-9]+/, '')
    .slice(0, MAX_NAME_LENGTH)
    .replace(/[-_.]+$/, '');
  const stem = plain === '' ? 'torrent' : plain;
  for (let number = 1; ; number++) {
    const name = number === 1 ? stem : `${stem}-${number}`;
    if (containers.byName(name) === undefined) return name;
  }
}
