// How long the pieces of a new torrent are.

const KIB = 1024;
/** Shorter pieces than a block make no sense, and BEP 52 forbids them. */
const MIN_PIECE_LENGTH = 16 * KIB;
/** The longest that is chosen: clients hold whole pieces in memory. */
const MAX_CHOSEN_PIECE_LENGTH = 16 * KIB * KIB;
/** The longest that may be asked for; some clients refuse longer ones. */
const MAX_PIECE_LENGTH = 64 * KIB * KIB;
/** Few enough for a small .torrent, enough for many peers to have something to exchange. */
const MOST_PIECES = 2048;

/** The power of two that gives 1,000–2,000 pieces, between 16 KiB and 16 MiB. */
export function choosePieceLength(totalSize: number): number {
  let pieceLength = MIN_PIECE_LENGTH;
  while (pieceLength < MAX_CHOSEN_PIECE_LENGTH && totalSize > pieceLength * MOST_PIECES) pieceLength *= 2;
  return pieceLength;
}

/** Whether other clients will take pieces of that length: a power of two from 16 KiB to 64 MiB. */
export function isFairPieceLength(pieceLength: number): boolean {
  return pieceLength >= MIN_PIECE_LENGTH && pieceLength <= MAX_PIECE_LENGTH && Number.isInteger(Math.log2(pieceLength));
}
