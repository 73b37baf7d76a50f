// What the hashing threads are told and what they say; all of them write into one shared result.

/** SHA-1 of every piece, 20 bytes each. */
export const PIECE_HASH_LENGTH = 20;
/** Index in `control`: the first piece that nobody has taken. */
export const NEXT_PIECE = 0;
/** Index in `control`: 1 when everybody is to stop. */
export const STOP = 1;

export interface HashJob {
  /** In order; the bytes of the torrent are theirs one after the other. */
  readonly files: readonly { readonly diskPath: string; readonly size: number }[];
  readonly totalSize: number;
  readonly pieceLength: number;
  /** How many pieces a thread takes and reads at a time. */
  readonly piecesPerTurn: number;
  /** Room for every piece's hash. */
  readonly hashes: SharedArrayBuffer;
  /** Two int32: `NEXT_PIECE`, `STOP`. */
  readonly control: SharedArrayBuffer;
}

/** After each turn, and once when something is wrong with a file (its number in `files`). */
export type HashMessage =
  | { readonly kind: 'hashed'; readonly bytes: number }
  | { readonly kind: 'changed'; readonly file: number }
  | { readonly kind: 'failed'; readonly file: number; readonly errorCode: string | undefined };
