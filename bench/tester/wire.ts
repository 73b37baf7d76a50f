// The peer wire as the tester speaks it: BEP 3 and nothing more. Kept apart from the engine's, so that a fault of one is not
// the fault of both.

import type { PieceGeometry } from '@enjambre/metainfo';

/** BEP 3. */
export const ids = {
  choke: 0,
  unchoke: 1,
  interested: 2,
  have: 4,
  bitfield: 5,
  request: 6,
  piece: 7,
} as const;

const PROTOCOL = Buffer.from('\x13BitTorrent protocol', 'latin1');
const RESERVED_BYTES = 8;
export const HANDSHAKE_BYTES = 68;
export const INFO_HASH_AT = PROTOCOL.length + RESERVED_BYTES;
/** Length, id, index and begin before a block; a request has its length as well. */
export const PIECE_HEAD_BYTES = 13;
export const REQUEST_BYTES = 17;

export function handshake(infoHash: Uint8Array, peerId: Uint8Array): Buffer {
  return Buffer.concat([PROTOCOL, Buffer.alloc(RESERVED_BYTES), infoHash, peerId]);
}

/** A message of an id and nothing else. */
export function bareMessage(id: number): Buffer {
  return Buffer.from([0, 0, 0, 1, id]);
}

export function fullBitfield({ pieceCount }: PieceGeometry): Buffer {
  const bits = Buffer.alloc(Math.ceil(pieceCount / 8), 0xff);
  bits[bits.length - 1] = (0xff << (-pieceCount & 7)) & 0xff;
  const head = Buffer.alloc(5);
  head.writeUInt32BE(1 + bits.length);
  head[4] = ids.bitfield;
  return Buffer.concat([head, bits]);
}

export function writePieceHead(target: Buffer, at: number, pieceIndex: number, begin: number, length: number): void {
  target.writeUInt32BE(9 + length, at);
  target[at + 4] = ids.piece;
  target.writeUInt32BE(pieceIndex, at + 5);
  target.writeUInt32BE(begin, at + 9);
}

export function writeRequest(target: Buffer, at: number, pieceIndex: number, begin: number, length: number): void {
  target.writeUInt32BE(REQUEST_BYTES - 4, at);
  target[at + 4] = ids.request;
  target.writeUInt32BE(pieceIndex, at + 5);
  target.writeUInt32BE(begin, at + 9);
  target.writeUInt32BE(length, at + 13);
}
