// The messages of the peer wire protocol as plain objects (BEP 3, 5, 6, 10). A `piece` message is not among them: its
// block never becomes an object, it goes straight from the receive buffer into a slab (decoder.ts).

/** A block, or what is asked for: `begin` and `length` are bytes within the piece. */
export interface BlockRange {
  readonly pieceIndex: number;
  readonly begin: number;
  readonly length: number;
}

export type Message =
  | { readonly type: 'keepAlive' }
  | { readonly type: 'choke' | 'unchoke' | 'interested' | 'notInterested' | 'haveAll' | 'haveNone' }
  | { readonly type: 'have' | 'suggest' | 'allowedFast'; readonly pieceIndex: number }
  | { readonly type: 'bitfield'; readonly bits: Uint8Array }
  | ({ readonly type: 'request' | 'cancel' | 'reject' } & BlockRange)
  | { readonly type: 'port'; readonly port: number }
  | { readonly type: 'extended'; readonly extendedId: number; readonly payload: Uint8Array }
  | { readonly type: 'unknown'; readonly id: number };

/** The byte that follows the length prefix. */
export const MESSAGE_ID = {
  choke: 0,
  unchoke: 1,
  interested: 2,
  notInterested: 3,
  have: 4,
  bitfield: 5,
  request: 6,
  piece: 7,
  cancel: 8,
  port: 9,
  suggest: 13,
  haveAll: 14,
  haveNone: 15,
  reject: 16,
  allowedFast: 17,
  extended: 20,
} as const;

/** The length prefix; the length it tells does not count the prefix itself. */
export const LENGTH_PREFIX_BYTES = 4;

/** Prefix, id, piece index and begin: what stands before the block in a `piece` message. */
export const PIECE_HEADER_BYTES = 13;
