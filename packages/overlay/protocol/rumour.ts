// What members tell each other of: how a member is, and what it provides. Invariant: a rumour makes sense by itself, may
// arrive twice or in any order, and says which of two is the newer by a number that its owner alone raises.

import { formatIpAddress, type PeerAddress, parseIpAddress } from '@enjambre/metainfo';
import type { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { ProtocolError } from './protocol-error.ts';

/** 16 hexadecimal digits: 8 bytes of chance, anew for each run of a program. */
export type MemberId = string;

/** In order of precedence: of two rumours with the same incarnation the later word counts. */
export const memberStates = ['alive', 'suspect', 'dead', 'left'] as const;
export type MemberState = (typeof memberStates)[number];

export interface MemberRumour {
  readonly kind: 'member';
  readonly id: MemberId;
  readonly state: MemberState;
  /** Version of what the member says of itself; it alone raises it. Starts as its wall time in milliseconds. */
  readonly incarnation: number;
  /** It has provider records. */
  readonly provides: boolean;
  /** Where its overlay listens; an empty host: at the address that this came from. */
  readonly address: PeerAddress;
  /** Of a suspect: whose ping it did not answer. */
  readonly suspectedBy?: MemberId;
}

export interface RecordRumour {
  readonly kind: 'record';
  readonly owner: MemberId;
  /** Its owner's counter when it was last changed. */
  readonly version: number;
  /** The owner has no other record, removed ones included, with a version between this one and `version`. */
  readonly since: number;
  /** 40 hexadecimal digits. */
  readonly infoHash: string;
  /** Where the owner takes peer connections. */
  readonly port: number;
  /** Whole percent, 0 to 100; undefined: it provides this no longer. */
  readonly completeness: number | undefined;
}

export type Rumour = MemberRumour | RecordRumour;

const ID_LENGTH = 8;
const INFO_HASH_LENGTH = 20;
/** Kind of a rumour: the upper half of its first byte; the lower half holds state and flags of a member. */
const MEMBER_TAG = 0x10;
const RECORD_TAG = 0x20;
const PROVIDES_FLAG = 0x04;
const STATE_MASK = 0x03;
/** Where the completeness of a removed record stands. */
const REMOVED = 255;
/** Refuting raises an incarnation past the one it heard: what lies so close to the end of 48 bits is nobody's clock. */
const MOST_INCARNATION = 2 ** 47;
/** The longest: a suspect with an IPv6 address. */
const MOST_LENGTH = 48;
const HOST_LENGTHS = [0, 4, 16];

export function encodeRumour(rumour: Rumour): Uint8Array {
  const writer = new ByteWriter(MOST_LENGTH);
  return (rumour.kind === 'member' ? writeMember(writer, rumour) : writeRecord(writer, rumour)).finish();
}

/** @throws ProtocolError */
export function readRumour(reader: ByteReader): Rumour {
  const tag = reader.uint8();
  if ((tag & 0xf0) === MEMBER_TAG) return readMember(reader, tag);
  if (tag === RECORD_TAG) return readRecord(reader);
  throw new ProtocolError('a rumour of no known kind');
}

export function writeMember(writer: ByteWriter, rumour: MemberRumour): ByteWriter {
  const { id, state, incarnation, provides, address, suspectedBy } = rumour;
  writer.uint8(MEMBER_TAG | (provides ? PROVIDES_FLAG : 0) | memberStates.indexOf(state));
  writer.hex(id).uint48(incarnation);
  writeAddress(writer, address);
  if (state === 'suspect') writer.hex(suspectedBy ?? id);
  return writer;
}

/** @throws ProtocolError when it is no member's */
export function readMemberRumour(reader: ByteReader): MemberRumour {
  const rumour = readRumour(reader);
  if (rumour.kind !== 'member') throw new ProtocolError('a member was expected');
  return rumour;
}

/** Length of the host, host, port. */
export function writeAddress(writer: ByteWriter, { host, port }: PeerAddress): void {
  const bytes = parseIpAddress(host) ?? new Uint8Array();
  writer.uint8(bytes.length).bytes(bytes).uint16(port);
}

/** The host is empty when none was said. @throws ProtocolError */
export function readAddress(reader: ByteReader): PeerAddress {
  const length = reader.uint8();
  if (!HOST_LENGTHS.includes(length)) throw new ProtocolError('an address of no known kind');
  const host = length === 0 ? '' : formatIpAddress(reader.bytes(length));
  return { host, port: reader.uint16() };
}

function readMember(reader: ByteReader, tag: number): MemberRumour {
  if ((tag & ~(MEMBER_TAG | PROVIDES_FLAG | STATE_MASK)) !== 0) throw new ProtocolError('unknown flags');
  const state = memberStates[tag & STATE_MASK];
  const id = reader.hex(ID_LENGTH);
  const incarnation = reader.uint48();
  const address = readAddress(reader);
  if (address.port === 0) throw new ProtocolError('a member without a port');
  if (incarnation > MOST_INCARNATION) throw new ProtocolError('an incarnation out of bounds');
  const rumour = { kind: 'member', id, state, incarnation, provides: (tag & PROVIDES_FLAG) !== 0, address } as const;
  return state === 'suspect' ? { ...rumour, suspectedBy: reader.hex(ID_LENGTH) } : rumour;
}

function writeRecord(writer: ByteWriter, record: RecordRumour): ByteWriter {
  const { owner, version, since, infoHash, port, completeness } = record;
  writer.uint8(RECORD_TAG).hex(owner).uint32(version).uint32(since).hex(infoHash);
  return writer.uint16(port).uint8(completeness ?? REMOVED);
}

function readRecord(reader: ByteReader): RecordRumour {
  const owner = reader.hex(ID_LENGTH);
  const version = reader.uint32();
  const since = reader.uint32();
  const infoHash = reader.hex(INFO_HASH_LENGTH);
  const port = reader.uint16();
  const percent = reader.uint8();
  if (since >= version) throw new ProtocolError('a record older than the one before it');
  if (port === 0 || (percent > 100 && percent !== REMOVED)) throw new ProtocolError('a record out of bounds');
  const completeness = percent === REMOVED ? undefined : percent;
  return { kind: 'record', owner, version, since, infoHash, port, completeness };
}
