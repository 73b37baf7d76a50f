// The content of a simulated torrent, in memory once for all peers: a store of it only knows which pieces are there.
// Invariant: a piece is had only when each byte that arrived was compared with the content.

import { hash } from 'node:crypto';
import { type BlockView, type PieceStore, type PieceVerdict, type Slab, StorageError } from '@enjambre/engine';
import { BLOCK_LENGTH, encodeBencode, parseTorrentFile, type TorrentFile } from '@enjambre/metainfo';

export interface StoreSettings {
  /** Which pieces it has when it comes; none when left out. */
  readonly has?: (pieceIndex: number) => boolean;
  /** Asked before each piece is stored. */
  readonly isDiskFull?: () => boolean;
  /** Asked for each block that it is to send: whether its bytes are wrong. */
  readonly spoils?: (pieceIndex: number, begin: number) => boolean;
}

export class SharedContent {
  readonly metainfo: TorrentFile;
  readonly #bytes: Buffer;
  readonly #spoilt = Buffer.alloc(BLOCK_LENGTH, 'spoilt');
  /** Slabs nobody uses now, by length. */
  readonly #slabs = new Map<number, Slab[]>();

  constructor(size: number, pieceLength: number) {
    // No two words are alike: a misplaced block is seen.
    const words = Uint32Array.from({ length: Math.ceil(size / 4) }, (_, at) => Math.imul(at + 1, 0x9e37_79b1));
    this.#bytes = Buffer.from(words.buffer, 0, size);
    const hashes: Buffer[] = [];
    for (let at = 0; at < size; at += pieceLength) {
      hashes.push(hash('sha1', this.#bytes.subarray(at, at + pieceLength), 'buffer'));
    }
    const info = { length: size, name: 'content', 'piece length': pieceLength, pieces: Buffer.concat(hashes) };
    this.metainfo = parseTorrentFile(encodeBencode({ info }));
  }

  store(settings: StoreSettings): PieceStore {
    return new SharedContentStore(this, settings);
  }

  piece(pieceIndex: number): Buffer {
    const { pieceLength } = this.metainfo.geometry;
    return this.#bytes.subarray(pieceIndex * pieceLength, (pieceIndex + 1) * pieceLength);
  }

  spoilt(length: number): Buffer {
    return this.#spoilt.subarray(0, length);
  }

  takeSlab(length: number): Slab {
    return this.#slabs.get(length)?.pop() ?? { bytes: Buffer.allocUnsafeSlow(length) };
  }

  giveBack(slab: Slab): void {
    const { length } = slab.bytes;
    const slabs = this.#slabs.get(length) ?? [];
    slabs.push(slab);
    this.#slabs.set(length, slabs);
  }
}

class SharedContentStore implements PieceStore {
  readonly unwrittenBytes = 0;
  readonly #content: SharedContent;
  readonly #settings: StoreSettings;

  constructor(content: SharedContent, settings: StoreSettings) {
    this.#content = content;
    this.#settings = settings;
  }

  async open(onPiece: (pieceIndex: number) => void): Promise<void> {
    const { pieceCount } = this.#content.metainfo.geometry;
    for (let pieceIndex = 0; pieceIndex < pieceCount; pieceIndex++) {
      if (this.#settings.has?.(pieceIndex)) onPiece(pieceIndex);
    }
  }

  takeSlab(pieceIndex: number): Slab {
    return this.#content.takeSlab(this.#content.piece(pieceIndex).length);
  }

  async finish(pieceIndex: number, slab: Slab, wantBlockHashes: boolean): Promise<PieceVerdict> {
    // As with a worker, the verdict comes later; the order of microtasks keeps a simulation the same each time.
    await undefined;
    const verified = slab.bytes.equals(this.#content.piece(pieceIndex));
    const blockHashes = verified && !wantBlockHashes ? undefined : hashBlocks(slab.bytes);
    this.discard(slab);
    if (this.#settings.isDiskFull?.()) throw new StorageError('disk-full', 'the disk is full');
    return { verified, blockHashes };
  }

  discard(slab: Slab): void {
    this.#content.giveBack(slab);
  }

  async read(pieceIndex: number, begin: number, length: number): Promise<BlockView> {
    const isSpoilt = this.#settings.spoils?.(pieceIndex, begin) === true;
    const piece = this.#content.piece(pieceIndex);
    return { bytes: isSpoilt ? this.#content.spoilt(length) : piece.subarray(begin, begin + length), release() {} };
  }

  prepare(): void {}

  async flush(): Promise<void> {}

  async close(): Promise<void> {}
}

function hashBlocks(piece: Buffer): Buffer {
  const hashes: Buffer[] = [];
  for (let at = 0; at < piece.length; at += BLOCK_LENGTH) {
    hashes.push(hash('sha1', piece.subarray(at, at + BLOCK_LENGTH), 'buffer'));
  }
  return Buffer.concat(hashes);
}
