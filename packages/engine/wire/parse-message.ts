// One whole message of known bounds becomes an object. Invariant: nothing in the result points into the source, which is
// the receive buffer of all connections.

import { MESSAGE_ID, type Message } from './message.ts';

/** The length (id and payload) each message must have; what is missing here varies or is not known to us. */
const EXACT_LENGTH: readonly (number | undefined)[] = exactLengths();

/** The shortest `piece` (an empty block) and `extended` (no payload). */
const SHORTEST_PIECE = 9;
const SHORTEST_EXTENDED = 2;

/** Whether a message with that id may be that long. @param length as the prefix says, > 0 */
export function isMessageLength(id: number, length: number): boolean {
  if (id === MESSAGE_ID.piece) return length >= SHORTEST_PIECE;
  if (id === MESSAGE_ID.extended) return length >= SHORTEST_EXTENDED;
  const exact = EXACT_LENGTH[id];
  return exact === undefined || length === exact;
}

/** The message whose id stands at `at` and which ends before `end`; its length has been checked; never a `piece`. */
export function parseMessage(bytes: Buffer, at: number, end: number): Message {
  const id = bytes[at];
  const payload = at + 1;
  switch (id) {
    case MESSAGE_ID.choke:
      return { type: 'choke' };
    case MESSAGE_ID.unchoke:
      return { type: 'unchoke' };
    case MESSAGE_ID.interested:
      return { type: 'interested' };
    case MESSAGE_ID.notInterested:
      return { type: 'notInterested' };
    case MESSAGE_ID.haveAll:
      return { type: 'haveAll' };
    case MESSAGE_ID.haveNone:
      return { type: 'haveNone' };
    case MESSAGE_ID.have:
      return { type: 'have', pieceIndex: bytes.readUInt32BE(payload) };
    case MESSAGE_ID.suggest:
      return { type: 'suggest', pieceIndex: bytes.readUInt32BE(payload) };
    case MESSAGE_ID.allowedFast:
      return { type: 'allowedFast', pieceIndex: bytes.readUInt32BE(payload) };
    case MESSAGE_ID.request:
      return parseRange('request', bytes, payload);
    case MESSAGE_ID.cancel:
      return parseRange('cancel', bytes, payload);
    case MESSAGE_ID.reject:
      return parseRange('reject', bytes, payload);
    case MESSAGE_ID.bitfield:
      return { type: 'bitfield', bits: copyOf(bytes, payload, end) };
    case MESSAGE_ID.port:
      return { type: 'port', port: bytes.readUInt16BE(payload) };
    case MESSAGE_ID.extended:
      return { type: 'extended', extendedId: bytes[payload], payload: copyOf(bytes, payload + 1, end) };
    default:
      return { type: 'unknown', id };
  }
}

function parseRange(type: 'request' | 'cancel' | 'reject', bytes: Buffer, at: number): Message {
  return {
    type,
    pieceIndex: bytes.readUInt32BE(at),
    begin: bytes.readUInt32BE(at + 4),
    length: bytes.readUInt32BE(at + 8),
  };
}

function copyOf(bytes: Buffer, from: number, to: number): Uint8Array {
  return new Uint8Array(bytes.subarray(from, to));
}

function exactLengths(): (number | undefined)[] {
  const lengths: (number | undefined)[] = [];
  const { choke, unchoke, interested, notInterested, haveAll, haveNone } = MESSAGE_ID;
  for (const id of [choke, unchoke, interested, notInterested, haveAll, haveNone]) lengths[id] = 1;
  for (const id of [MESSAGE_ID.have, MESSAGE_ID.suggest, MESSAGE_ID.allowedFast]) lengths[id] = 5;
  for (const id of [MESSAGE_ID.request, MESSAGE_ID.cancel, MESSAGE_ID.reject]) lengths[id] = 13;
  lengths[MESSAGE_ID.port] = 3;
  return lengths;
}
