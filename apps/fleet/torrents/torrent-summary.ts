// What the backend tells of a .torrent, and the refusal of one that its clients could not transfer.

import { formatInfoHash, MetainfoError, parseTorrentFile, type TorrentFile } from '@enjambre/metainfo';
import { FleetError } from '../errors.ts';

export interface TorrentSummary {
  /** The info dictionary's own, for people. */
  readonly torrentName: string;
  /** 40 hex digits, of v1. */
  readonly infoHash: string;
  readonly totalSize: number;
  readonly fileCount: number;
}

/** @throws FleetError `not-a-torrent` or `unsupported-torrent`, with the reason */
export function parseTorrent(bytes: Uint8Array): TorrentFile & { readonly infoHashV1: Uint8Array } {
  const torrent = parse(bytes);
  const { infoHashV1 } = torrent;
  if (infoHashV1 !== undefined) return { ...torrent, infoHashV1 };
  throw new FleetError(
    'unsupported-torrent',
    'This is a BitTorrent v2 torrent without v1, which cannot be transferred yet.',
    { field: 'file' },
  );
}

export function summarize(torrent: TorrentFile & { readonly infoHashV1: Uint8Array }): TorrentSummary {
  const files = torrent.files.filter((file) => !file.padding);
  return {
    torrentName: torrent.name,
    infoHash: formatInfoHash(torrent.infoHashV1),
    totalSize: files.reduce((sum, file) => sum + file.size, 0),
    fileCount: files.length,
  };
}

function parse(bytes: Uint8Array): TorrentFile {
  try {
    return parseTorrentFile(bytes);
  } catch (error) {
    if (!(error instanceof MetainfoError)) throw error;
    throw new FleetError('not-a-torrent', `This is not a usable .torrent: ${error.message}.`, {
      cause: error,
      field: 'file',
    });
  }
}
