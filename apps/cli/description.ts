// A torrent described for people and programs; the keys are a contract.

import { formatInfoHash, type MagnetLink, type TorrentFile } from '@enjambre/metainfo';
import { printable } from './command-io.ts';
import { formatSize } from './sizes.ts';

/** Null where it is not known, as most is for a magnet link. Sizes are bytes. */
export interface TorrentDescription {
  readonly info_hash_v1: string | null;
  readonly info_hash_v2: string | null;
  readonly name: string | null;
  /** Sum of the files that are written; padding is none of them. */
  readonly total_size: number | null;
  readonly piece_length: number | null;
  readonly pieces: number | null;
  readonly private: boolean | null;
  readonly files: readonly { readonly path: string; readonly size: number }[];
  readonly trackers: readonly string[];
  readonly webseeds: readonly string[];
}

export function describeTorrentFile(torrent: TorrentFile): TorrentDescription {
  const files = torrent.files.filter((file) => !file.padding).map(({ path, size }) => ({ path, size }));
  return {
    info_hash_v1: hexOrNull(torrent.infoHashV1),
    info_hash_v2: hexOrNull(torrent.infoHashV2),
    name: torrent.name,
    total_size: files.reduce((sum, file) => sum + file.size, 0),
    piece_length: torrent.geometry.pieceLength,
    pieces: torrent.geometry.pieceCount,
    private: torrent.private,
    files,
    trackers: torrent.trackers.flat(),
    webseeds: torrent.webseeds,
  };
}

export function describeMagnetLink(link: MagnetLink): TorrentDescription {
  return {
    info_hash_v1: hexOrNull(link.infoHashV1),
    info_hash_v2: hexOrNull(link.infoHashV2),
    name: link.name ?? null,
    total_size: link.size ?? null,
    piece_length: null,
    pieces: null,
    private: null,
    files: [],
    trackers: link.trackers.flat(),
    webseeds: link.webseeds,
  };
}

/** A line for each thing that is known, no newline at the end. */
export function formatDescription(description: TorrentDescription): string {
  const { files, trackers, webseeds } = description;
  const sizeWidth = Math.max(0, ...files.slice(0, 1000).map((file) => formatSize(file.size).length));
  const rows: Array<readonly [label: string, value: string | number | null]> = [
    ['name', description.name],
    ['info hash v1', description.info_hash_v1],
    ['info hash v2', description.info_hash_v2],
    ['total size', sizeOrNull(description.total_size)],
    ['piece length', sizeOrNull(description.piece_length)],
    ['pieces', description.pieces],
    ['private', description.private === null ? null : description.private ? 'yes' : 'no'],
    ['files', description.pieces === null ? null : files.length],
  ];
  return [
    ...rows.filter(([, value]) => value !== null).map(([label, value]) => line(label, String(value))),
    ...files.map((file) => `  ${formatSize(file.size).padStart(sizeWidth)}  ${printable(file.path)}`),
    ...trackers.map((url) => line('tracker', url)),
    ...webseeds.map((url) => line('web seed', url)),
  ].join('\n');
}

function line(label: string, value: string): string {
  return `${label.padEnd(14)}${printable(value)}`;
}

function sizeOrNull(bytes: number | null): string | null {
  if (bytes === null) return null;
  return bytes < 1024 ? formatSize(bytes) : `${formatSize(bytes)} (${bytes} bytes)`;
}

function hexOrNull(infoHash: Uint8Array | undefined): string | null {
  return infoHash === undefined ? null : formatInfoHash(infoHash);
}
