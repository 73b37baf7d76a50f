// Messages ⇄ bytes: type, sender, receiver, the fields of the type, rumours to the end.
// Invariant: whatever the bytes, reading ends with a message or a ProtocolError, and allocates no more than they are long.

import { formatIpAddress, parseIpAddress } from '@enjambre/metainfo';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { type Body, BUCKET_COUNT, type DigestEntry, type Message, type MessageType } from './message.ts';
import { ProtocolError } from './protocol-error.ts';
import {
  type MemberId,
  type Rumour,
  readAddress,
  readMemberRumour,
  readRumour,
  writeAddress,
  writeMember,
} from './rumour.ts';

/** Index: the byte on the wire. Never reordered. */
const TYPES: readonly MessageType[] = [
  'ping',
  'ack',
  'relay',
  'nack',
  'gossip',
  'summary',
  'digest',
  'neighbour-ask',
  'neighbour-answer',
  'part',
  'shuffle',
  'shuffle-answer',
  'state-ask',
  'state-answer',
];
const ID_LENGTH = 8;
/** Of a digest's entry: id, incarnation, floor. */
export const DIGEST_ENTRY_LENGTH = 18;
/** Room that every body but a digest's entries fits into, the header included. */
const MOST_FIXED_LENGTH = 320;
const BITMAP_LENGTH = BUCKET_COUNT / 8;
/** Steps of a random walk: more would only carry it round. */
const MOST_STEPS = 16;

/** A message without rumours: those, as `encodeRumour` makes them, are put behind it. */
export function encodeMessage(from: MemberId, to: MemberId, body: Body): Uint8Array {
  const length = MOST_FIXED_LENGTH + (body.type === 'digest' ? body.entries.length * DIGEST_ENTRY_LENGTH : 0);
  const writer = new ByteWriter(length);
  writer.uint8(TYPES.indexOf(body.type)).hex(from).hex(to);
  writeBody(writer, body);
  return writer.finish();
}

/** @throws ProtocolError */
export function decodeMessage(bytes: Uint8Array): Message {
  const reader = new ByteReader(bytes);
  const type = TYPES[reader.uint8()];
  if (type === undefined) throw new ProtocolError('a message of no known type');
  const from = reader.hex(ID_LENGTH);
  const to = reader.hex(ID_LENGTH);
  const body = readBody(reader, type);
  const rumours: Rumour[] = [];
  while (reader.remaining > 0) rumours.push(readRumour(reader));
  return { from, to, body, rumours };
}

function writeBody(writer: ByteWriter, body: Body): void {
  switch (body.type) {
    case 'ping':
      writeMember(writer.uint32(body.sequence).uint8(Number(body.isNeighbour)), body.self);
      break;
    case 'ack':
      writeHost(writer.uint32(body.sequence).uint8(Number(body.isPartial)), body.seenHost);
      break;
    case 'relay':
      writeAddress(writer.uint32(body.sequence).hex(body.target), body.address);
      break;
    case 'nack':
      writer.uint32(body.sequence);
      break;
    case 'summary':
      writer.uint8(Number(body.isPartial));
      for (const sum of body.sums) writer.uint32(sum);
      break;
    case 'digest':
      writeDigest(writer.uint8(Number(body.isPartial)).uint8(Number(body.isAnswer)), body.buckets, body.entries);
      break;
    case 'neighbour-ask':
      writeMember(writer.uint8(Number(body.isAlone)), body.self);
      break;
    case 'neighbour-answer':
      writer.uint8(Number(body.accepted));
      break;
    case 'shuffle':
      writeMember(writer.uint8(body.steps), body.origin);
      break;
    case 'state-ask':
      writeMember(writer, body.self);
      break;
    case 'state-answer':
      writeMember(writeHost(writer.uint8(Number(body.isPartial)), body.seenHost), body.self);
      break;
    default: // The type says it all.
  }
}

function readBody(reader: ByteReader, type: MessageType): Body {
  switch (type) {
    case 'ping':
      return { type, sequence: reader.uint32(), isNeighbour: readFlag(reader), self: readMemberRumour(reader) };
    case 'ack': {
      const sequence = reader.uint32();
      return { type, sequence, isPartial: readFlag(reader), seenHost: readHost(reader) };
    }
    case 'relay':
      return { type, sequence: reader.uint32(), target: reader.hex(ID_LENGTH), address: readAddress(reader) };
    case 'nack':
      return { type, sequence: reader.uint32() };
    case 'summary':
      return { type, isPartial: readFlag(reader), sums: Array.from({ length: BUCKET_COUNT }, () => reader.uint32()) };
    case 'digest':
      return { type, isPartial: readFlag(reader), isAnswer: readFlag(reader), ...readDigest(reader) };
    case 'neighbour-ask':
      return { type, isAlone: readFlag(reader), self: readMemberRumour(reader) };
    case 'neighbour-answer':
      return { type, accepted: readFlag(reader) };
    case 'shuffle':
      return { type, steps: Math.min(reader.uint8(), MOST_STEPS), origin: readMemberRumour(reader) };
    case 'state-ask':
      return { type, self: readMemberRumour(reader) };
    case 'state-answer':
      return { type, isPartial: readFlag(reader), seenHost: readHost(reader), self: readMemberRumour(reader) };
    default:
      return { type };
  }
}

function readFlag(reader: ByteReader): boolean {
  const value = reader.uint8();
  if (value > 1) throw new ProtocolError('neither yes nor no');
  return value === 1;
}

/** An IP address, or nothing. */
function writeHost(writer: ByteWriter, host: string): ByteWriter {
  const bytes = parseIpAddress(host) ?? new Uint8Array();
  return writer.uint8(bytes.length).bytes(bytes);
}

function readHost(reader: ByteReader): string {
  const length = reader.uint8();
  if (length === 0) return '';
  if (length !== 4 && length !== 16) throw new ProtocolError('a host of no known kind');
  return formatIpAddress(reader.bytes(length));
}

/** A bit for each bucket, the number of entries, the entries. */
function writeDigest(writer: ByteWriter, buckets: readonly number[], entries: readonly DigestEntry[]): void {
  const bitmap = new Uint8Array(BITMAP_LENGTH);
  for (const bucket of buckets) bitmap[bucket >> 3] |= 0x80 >> (bucket & 7);
  writer.bytes(bitmap).uint16(entries.length);
  for (const { id, incarnation, floor } of entries) writer.hex(id).uint48(incarnation).uint32(floor);
}

function readDigest(reader: ByteReader): { buckets: number[]; entries: DigestEntry[] } {
  const bitmap = reader.bytes(BITMAP_LENGTH);
  const buckets: number[] = [];
  for (let bucket = 0; bucket < BUCKET_COUNT; bucket++) {
    if ((bitmap[bucket >> 3] & (0x80 >> (bucket & 7))) !== 0) buckets.push(bucket);
  }
  const count = reader.uint16();
  if (count * DIGEST_ENTRY_LENGTH > reader.remaining) throw new ProtocolError('more entries than bytes');
  const entries = Array.from({ length: count }, () => ({
    id: reader.hex(ID_LENGTH),
    incarnation: reader.uint48(),
    floor: reader.uint32(),
  }));
  return { buckets, entries };
}
