// Messages become bytes. Every function returns a buffer of its own that nobody changes afterwards, so that it can be
// handed to a socket as it is. What is sent in numbers (requests, cancels, rejects, haves) is written into one buffer.

import { type BlockRange, LENGTH_PREFIX_BYTES, MESSAGE_ID, type Message, PIECE_HEADER_BYTES } from './message.ts';

/** Whatever we may send: all but what we do not understand ourselves. */
export type OutgoingMessage = Exclude<Message, { type: 'unknown' }>;

const HAVE_BYTES = 9;
const BLOCK_RANGE_BYTES = 17;

/** One message, with its length prefix. */
export function encodeMessage(message: OutgoingMessage): Buffer {
  switch (message.type) {
    case 'keepAlive':
      return Buffer.alloc(LENGTH_PREFIX_BYTES);
    case 'have':
    case 'suggest':
    case 'allowedFast': {
      const bytes = start(MESSAGE_ID[message.type], HAVE_BYTES);
      bytes.writeUInt32BE(message.pieceIndex, 5);
      return bytes;
    }
    case 'request':
    case 'cancel':
    case 'reject':
      return encodeRanges(MESSAGE_ID[message.type], [message]);
    case 'bitfield': {
      const bytes = start(MESSAGE_ID.bitfield, 5 + message.bits.length);
      bytes.set(message.bits, 5);
      return bytes;
    }
    case 'port': {
      const bytes = start(MESSAGE_ID.port, 7);
      bytes.writeUInt16BE(message.port, 5);
      return bytes;
    }
    case 'extended': {
      const bytes = start(MESSAGE_ID.extended, 6 + message.payload.length);
      bytes[5] = message.extendedId;
      bytes.set(message.payload, 6);
      return bytes;
    }
    default:
      return start(MESSAGE_ID[message.type], 5);
  }
}

/** A `request` for each range, in one buffer. */
export function encodeRequests(ranges: readonly BlockRange[]): Buffer {
  return encodeRanges(MESSAGE_ID.request, ranges);
}

/** A `cancel` for each range, in one buffer. */
export function encodeCancels(ranges: readonly BlockRange[]): Buffer {
  return encodeRanges(MESSAGE_ID.cancel, ranges);
}

/** A `reject` for each range, in one buffer (BEP 6). */
export function encodeRejects(ranges: readonly BlockRange[]): Buffer {
  return encodeRanges(MESSAGE_ID.reject, ranges);
}

/** A `have` for each piece, in one buffer. */
export function encodeHaves(pieceIndexes: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(pieceIndexes.length * HAVE_BYTES);
  let at = 0;
  for (const pieceIndex of pieceIndexes) {
    at = writeStart(bytes, at, MESSAGE_ID.have, HAVE_BYTES);
    at = bytes.writeUInt32BE(pieceIndex, at);
  }
  return bytes;
}

/** The 13 bytes before a block of `length` bytes; the block follows as a part of its own. */
export function encodePieceHeader(pieceIndex: number, begin: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(PIECE_HEADER_BYTES);
  writeStart(bytes, 0, MESSAGE_ID.piece, PIECE_HEADER_BYTES + length);
  bytes.writeUInt32BE(pieceIndex, 5);
  bytes.writeUInt32BE(begin, 9);
  return bytes;
}

function encodeRanges(id: number, ranges: readonly BlockRange[]): Buffer {
  const bytes = Buffer.allocUnsafe(ranges.length * BLOCK_RANGE_BYTES);
  let at = 0;
  for (const range of ranges) {
    at = writeStart(bytes, at, id, BLOCK_RANGE_BYTES);
    at = bytes.writeUInt32BE(range.pieceIndex, at);
    at = bytes.writeUInt32BE(range.begin, at);
    at = bytes.writeUInt32BE(range.length, at);
  }
  return bytes;
}

function start(id: number, totalBytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(totalBytes);
  writeStart(bytes, 0, id, totalBytes);
  return bytes;
}

/** Writes length prefix and id; returns where the payload starts. `totalBytes` counts the prefix too. */
function writeStart(bytes: Buffer, at: number, id: number, totalBytes: number): number {
  bytes.writeUInt32BE(totalBytes - LENGTH_PREFIX_BYTES, at);
  return bytes.writeUInt8(id, at + LENGTH_PREFIX_BYTES);
}
