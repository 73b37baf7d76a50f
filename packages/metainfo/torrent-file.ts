// A .torrent file (BEP 3, 12, 19, 27, 47, 52), read and checked as a whole.
// Invariant: what comes out is consistent (hashes, pieces and files agree) and its paths are safe to write.

import { hash } from 'node:crypto';
import { decodeBencode } from './bencode-decoder.ts';
import { BencodeDictionary } from './bencode-dictionary.ts';
import { BencodeError, MetainfoError } from './errors.ts';
import { verifyHybrid } from './hybrid.ts';
import { readLinkTargets } from './link-targets.ts';
import type { ListedFile } from './listed-file.ts';
import type { PeerAddress } from './peer-address.ts';
import { PieceGeometry } from './piece-geometry.ts';
import { SafePaths } from './safe-path.ts';
import { readNodes, readTrackers, readWebseeds } from './source-urls.ts';
import { readV1Layout } from './v1-layout.ts';
import { readV2Layout } from './v2-layout.ts';

/** A piece is held in memory as a whole; no client makes longer ones. */
const MAX_PIECE_LENGTH = 512 * 1024 * 1024;

export interface TorrentFileEntry {
  /** Relative, safe to write, `/` between its parts, the root folder of a multi-file torrent included; '' for padding. */
  readonly path: string;
  /** The torrent's own words, for people. */
  readonly displayPath: string;
  readonly size: number;
  /** Where its first byte stands among all bytes of the torrent. */
  readonly offset: number;
  /** Zeros that align the next file (BEP 47); part of the pieces, never written. */
  readonly padding: boolean;
  readonly executable: boolean;
  /**
   * A symbolic link (BEP 47) and where it leads, from its own folder: always to a file or folder of this torrent. '' for a
   * link that leads elsewhere: it is left out.
   */
  readonly linkTarget?: string;
}

/** Bytes are views of what was parsed. */
export interface TorrentFile {
  /** 20 bytes; v1 and hybrid. */
  readonly infoHashV1: Uint8Array | undefined;
  /** 32 bytes; v2 and hybrid. */
  readonly infoHashV2: Uint8Array | undefined;
  /** The info dictionary as it stands in the file, which the info hashes are of. */
  readonly infoBytes: Uint8Array;
  /** The torrent's own words, for people. */
  readonly name: string;
  /** For v1 and hybrid padding counts; for v2 alone every file begins at a piece. */
  readonly geometry: PieceGeometry;
  /** 20 bytes a piece; empty for v2 alone. */
  readonly pieceHashes: Uint8Array;
  readonly files: readonly TorrentFileEntry[];
  /** Peers come from its trackers only (BEP 27). */
  readonly private: boolean;
  /** Tiers, in order (BEP 12). */
  readonly trackers: readonly (readonly string[])[];
  readonly webseeds: readonly string[];
  readonly nodes: readonly PeerAddress[];
  readonly comment: string | undefined;
  /** Unix time in seconds. */
  readonly creationDate: number | undefined;
  readonly createdBy: string | undefined;
  /** Some keys are not in order: an encoding of ours would have another info hash. */
  readonly unsortedKeys: boolean;
}

/**
 * Reads the bytes of a .torrent file. What follows its dictionary (a line end, zeros of a block) is ignored, as other
 * clients do: the info hash is of the info dictionary alone.
 * @throws MetainfoError
 */
export function parseTorrentFile(bytes: Uint8Array): TorrentFile {
  const { value: torrent, unsortedKeys } = decode(bytes);
  const info = torrent instanceof BencodeDictionary ? torrent.getDict('info') : undefined;
  if (!(torrent instanceof BencodeDictionary) || info === undefined) {
    throw new MetainfoError('not-a-torrent', 'there is no info dictionary', 0);
  }
  const infoBytes = torrent.raw('info')!;
  const pieceLength = readPieceLength(info);
  const { hasV1, hasV2 } = readVersions(info);
  const infoHashV1 = hasV1 ? new Uint8Array(hash('sha1', infoBytes, 'buffer')) : undefined;
  const infoHashV2 = hasV2 ? new Uint8Array(hash('sha256', infoBytes, 'buffer')) : undefined;
  const name = readName(info);
  // A torrent without a name must not share a folder with all others that have none.
  const rootName = name === '' ? (infoHashV1 ?? infoHashV2)!.toHex() : name;
  const v2 = hasV2 ? readV2Layout(info, rootName, pieceLength, torrent.getDict('piece layers')) : undefined;
  const v1 = hasV1 ? readV1Layout(info, rootName, pieceLength) : undefined;
  if (v1 !== undefined && v2 !== undefined) verifyHybrid(v1.files, v2.files, pieceLength, info.start);
  return {
    infoHashV1,
    infoHashV2,
    infoBytes,
    name: rootName,
    geometry: v1?.geometry ?? new PieceGeometry(v2!.totalSize, pieceLength),
    pieceHashes: v1?.pieceHashes ?? new Uint8Array(0),
    files: withSafePaths((v1 ?? v2)!.files),
    private: (info.get('private') ?? 0) !== 0,
    trackers: readTrackers(torrent),
    webseeds: readWebseeds(torrent),
    nodes: readNodes(torrent),
    comment: torrent.getString('comment.utf-8') ?? torrent.getString('comment'),
    creationDate: torrent.getInteger('creation date'),
    createdBy: torrent.getString('created by'),
    unsortedKeys,
  };
}

function decode(bytes: Uint8Array): ReturnType<typeof decodeBencode> {
  try {
    return decodeBencode(bytes);
  } catch (error) {
    if (!(error instanceof BencodeError)) throw error;
    throw new MetainfoError('not-bencode', `not bencode: ${error.message}`, error.offset, { cause: error });
  }
}

function readName(info: BencodeDictionary): string {
  const name = info.getString('name.utf-8') ?? info.getString('name');
  if (name === undefined) throw new MetainfoError('bad-name', 'the torrent has no name', info.offsetOf('name'));
  return name;
}

function readPieceLength(info: BencodeDictionary): number {
  const pieceLength = info.getInteger('piece length');
  if (pieceLength === undefined || pieceLength <= 0 || pieceLength > MAX_PIECE_LENGTH) {
    throw new MetainfoError(
      'bad-piece-length',
      `the piece length is missing or not between 1 and ${MAX_PIECE_LENGTH}`,
      info.offsetOf('piece length'),
    );
  }
  return pieceLength;
}

function readVersions(info: BencodeDictionary): { hasV1: boolean; hasV2: boolean } {
  if (!info.has('meta version')) return { hasV1: true, hasV2: false };
  const version = info.getInteger('meta version');
  if (version !== 1 && version !== 2) {
    throw new MetainfoError(
      'unsupported-version',
      'the meta version is neither 1 nor 2',
      info.offsetOf('meta version'),
    );
  }
  return { hasV1: version === 1 || info.has('pieces'), hasV2: version === 2 };
}

function withSafePaths(listed: readonly ListedFile[]): TorrentFileEntry[] {
  const safePaths = new SafePaths();
  // Padding is never written, so it takes no path from a real file.
  const paths = listed.map(({ originalPath, padding }) => (padding ? '' : safePaths.place(originalPath)));
  const linkTargets = readLinkTargets(listed, paths);
  return listed.map(({ originalPath, size, offset, padding, executable }, index) => {
    const original = originalPath.join('/');
    const path = paths[index];
    const linkTarget = linkTargets.get(index);
    // Nearly always they are equal, and one string can be both.
    const displayPath = path === original ? path : original;
    const entry = { path, displayPath, size, offset, padding, executable };
    return linkTarget === undefined ? entry : { ...entry, linkTarget };
  });
}
