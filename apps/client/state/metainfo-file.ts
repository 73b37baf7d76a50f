// A .torrent file that this client transfers. What is small of it stays in memory; the hashes of the pieces, most of it,
// are let go when nothing is to be hashed, and read again when something is.
// Invariant: what is read again is of the same info hash, or an error.

import { StorageError, type TorrentDescription } from '@enjambre/engine';
import { type ClaimingTorrent, MetainfoError, parseTorrentFile, type TorrentFile } from '@enjambre/metainfo';
import { reasonOf, StartError } from '../errors.ts';
import { readSmallFile } from './small-file.ts';

/** What people are told of a torrent, besides what the engine needs. */
export interface MetainfoDescription extends TorrentDescription {
  readonly infoHashV1: Uint8Array;
  readonly trackers: readonly (readonly string[])[];
  readonly comment: string | undefined;
  readonly createdBy: string | undefined;
  /** Unix time in seconds. */
  readonly creationDate: number | undefined;
}

export class MetainfoFile implements ClaimingTorrent {
  #path: string;
  readonly description: MetainfoDescription;
  /** The file's bytes, which the hashes are a view of. */
  #bytes: Uint8Array | undefined;
  #pieceHashes: Uint8Array | undefined;

  private constructor(path: string, bytes: Uint8Array, metainfo: TorrentFile, infoHashV1: Uint8Array) {
    const { name, geometry, files, trackers, comment, createdBy, creationDate } = metainfo;
    this.#path = path;
    this.description = {
      ...{ infoHashV1, name, geometry, files, trackers, comment, createdBy, creationDate },
      private: metainfo.private,
    };
    this.#bytes = bytes;
    this.#pieceHashes = metainfo.pieceHashes;
  }

  /** @throws StartError that names the file and what is wrong with it */
  static read(path: string): MetainfoFile {
    return MetainfoFile.from(readSmallFile(path), path);
  }

  /**
   * @param path where the bytes are, to be read again
   * @throws StartError that names the file and what is wrong with it
   */
  static from(bytes: Uint8Array, path: string): MetainfoFile {
    const metainfo = parse(bytes, path);
    if (metainfo.infoHashV1 !== undefined) return new MetainfoFile(path, bytes, metainfo, metainfo.infoHashV1);
    throw new StartError(
      'unsupported-torrent',
      `${path}: a BitTorrent v2 torrent without v1 cannot be transferred yet`,
    );
  }

  /** 20 bytes a piece. @throws StorageError when the file is gone or another one now */
  get pieceHashes(): Uint8Array {
    if (this.#pieceHashes === undefined) {
      const { bytes, pieceHashes } = this.#readAgain();
      this.#bytes = bytes;
      this.#pieceHashes = pieceHashes;
    }
    return this.#pieceHashes;
  }

  /** The file, as people know it. */
  get path(): string {
    return this.#path;
  }

  /** It lies elsewhere now. */
  moveTo(path: string): void {
    this.#path = path;
  }

  get layout(): MetainfoDescription {
    return this.description;
  }

  /** For a comparison: when they were let go they are read, and not kept. */
  hashes(): Uint8Array | undefined {
    if (this.#pieceHashes !== undefined) return this.#pieceHashes;
    try {
      return this.#readAgain().pieceHashes;
    } catch {
      // Whoever needs them says what is wrong.
      return undefined;
    }
  }

  /** Nothing is hashed for now. The memory goes back at once: who idles collects no garbage, and it is most of a torrent. */
  forgetHashes(): void {
    const bytes = this.#bytes;
    this.#bytes = undefined;
    this.#pieceHashes = undefined;
    // Small buffers share their memory with others.
    if (bytes?.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength) bytes.buffer.transfer(0);
  }

  #readAgain(): { bytes: Uint8Array; pieceHashes: Uint8Array } {
    try {
      const bytes = readSmallFile(this.path);
      const { infoHashV1, pieceHashes } = parseTorrentFile(bytes);
      if (infoHashV1 !== undefined && Buffer.compare(infoHashV1, this.description.infoHashV1) === 0) {
        return { bytes, pieceHashes };
      }
    } catch (cause) {
      throw new StorageError('not-readable', `pieces cannot be checked without the .torrent: ${reasonOf(cause)}`, {
        cause,
      });
    }
    throw new StorageError('not-readable', `${this.path} is another torrent now: pieces cannot be checked`);
  }
}

function parse(bytes: Uint8Array, path: string): TorrentFile {
  try {
    return parseTorrentFile(bytes);
  } catch (error) {
    if (!(error instanceof MetainfoError)) throw error;
    throw new StartError('bad-torrent', `${path}: not a usable .torrent: ${error.message}`, { cause: error });
  }
}
