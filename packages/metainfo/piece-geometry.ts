// Where pieces and blocks lie in a torrent: the one room of piece arithmetic.
// Invariant: pieces tile [0, totalSize) without gap or overlap, blocks tile each piece likewise.

/** What one `request` asks for, 16 KiB (BEP 3: "all current implementations use 2^14"). */
export const BLOCK_LENGTH = 16384;

/** Piece and block sizes of one torrent; lengths and offsets are bytes. */
export class PieceGeometry {
  readonly totalSize: number;
  readonly pieceLength: number;
  readonly pieceCount: number;

  /** @param totalSize bytes of all files, > 0 or 0 for an empty torrent  @param pieceLength bytes of every piece but the last */
  constructor(totalSize: number, pieceLength: number) {
    this.totalSize = totalSize;
    this.pieceLength = pieceLength;
    this.pieceCount = Math.ceil(totalSize / pieceLength);
  }

  /** Bytes of that piece: `pieceLength`, or what is left for the last one. */
  pieceSize(pieceIndex: number): number {
    return pieceIndex === this.pieceCount - 1 ? this.totalSize - pieceIndex * this.pieceLength : this.pieceLength;
  }

  /** How many blocks that piece has. */
  blockCount(pieceIndex: number): number {
    return Math.ceil(this.pieceSize(pieceIndex) / BLOCK_LENGTH);
  }

  /** Bytes of that block: 16 KiB, or what is left for the last block of a piece. */
  blockSize(pieceIndex: number, blockIndex: number): number {
    return Math.min(BLOCK_LENGTH, this.pieceSize(pieceIndex) - blockIndex * BLOCK_LENGTH);
  }
}
