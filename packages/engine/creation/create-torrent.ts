// Makes a .torrent (BEP 3) of a file or folder. Invariant: what is hashed is what lies there before and after.

import { hash } from 'node:crypto';
import { type BencodeInput, encodeBencode } from '@enjambre/metainfo';
import { hashPieces } from './piece-hashes.ts';
import { choosePieceLength } from './piece-length.ts';
import { findSource, type Source, verifyUnchanged } from './source-files.ts';

export interface CreateTorrentOptions {
  /** File or folder. */
  readonly path: string;
  /** Tiers of URLs (BEP 12); none for a torrent without trackers. */
  readonly trackers?: readonly (readonly string[])[];
  readonly webseeds?: readonly string[];
  /** Bytes; a power of two. Chosen by size when left out. */
  readonly pieceLength?: number;
  /** Peers may come from the trackers only (BEP 27). */
  readonly private?: boolean;
  readonly comment?: string;
  readonly createdBy?: string;
  /** Unix time in seconds. */
  readonly creationDate?: number;
  readonly signal?: AbortSignal;
  /** Called after each few MiB. */
  readonly onProgress?: (hashedBytes: number, totalSize: number) => void;
}

export interface CreatedTorrent {
  /** The .torrent. */
  readonly bytes: Uint8Array;
  readonly infoHashV1: Uint8Array;
  readonly name: string;
  readonly totalSize: number;
  readonly pieceLength: number;
  readonly pieceCount: number;
  readonly fileCount: number;
  /** Paths that were left out: links that lead out of the folder, pipes, sockets, devices. */
  readonly skipped: readonly string[];
}

/** @throws CreationError */
export async function createTorrent(options: CreateTorrentOptions): Promise<CreatedTorrent> {
  const { signal, onProgress } = options;
  const source = await findSource(options.path, signal);
  const pieceLength = options.pieceLength ?? choosePieceLength(source.totalSize);
  const pieces = await hashPieces(source.files, {
    pieceLength,
    signal,
    onProgress: (hashedBytes) => onProgress?.(hashedBytes, source.totalSize),
  });
  await verifyUnchanged(source.files);
  const info = infoDictionary(source, pieceLength, pieces, options.private === true);
  const trackers = (options.trackers ?? []).filter((tier) => tier.length > 0);
  const bytes = encodeBencode({
    announce: trackers[0]?.[0],
    // A single tracker needs no list; BEP 12 clients would ignore `announce` for it.
    'announce-list': trackers.flat().length > 1 ? trackers : undefined,
    comment: options.comment,
    'created by': options.createdBy,
    'creation date': options.creationDate,
    info,
    'url-list': options.webseeds?.length ? options.webseeds : undefined,
  });
  return {
    bytes,
    infoHashV1: new Uint8Array(hash('sha1', encodeBencode(info), 'buffer')),
    name: source.name,
    totalSize: source.totalSize,
    pieceLength,
    pieceCount: Math.ceil(source.totalSize / pieceLength),
    fileCount: source.files.length,
    skipped: source.skipped,
  };
}

function infoDictionary(source: Source, pieceLength: number, pieces: Uint8Array, isPrivate: boolean): BencodeInput {
  return {
    files: source.isFolder ? source.files.map(({ size, path }) => ({ length: size, path })) : undefined,
    length: source.isFolder ? undefined : source.totalSize,
    name: source.name,
    'piece length': pieceLength,
    pieces,
    private: isPrivate ? 1 : undefined,
  };
}
