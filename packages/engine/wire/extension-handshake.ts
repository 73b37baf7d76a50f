// The extension handshake (BEP 10): what a peer can do beyond BEP 3, and what it thinks of us.
// Invariant: every field that comes out has its type and stands within its bounds; a field that doesn't is left out.

import {
  BencodeDictionary,
  BencodeError,
  decodeBencode,
  encodeBencode,
  formatIpAddress,
  parseIpAddress,
} from '@enjambre/metainfo';
import { ProtocolError } from '../protocol-error.ts';

/** Absent fields are missing, not undefined: a later handshake changes only what it names. */
export interface ExtensionHandshake {
  /** `m`: the id under which the sender takes each extension's messages; 0 takes one back. */
  messages?: ReadonlyMap<string, number>;
  /** `v`: name and version, for people. */
  clientVersion?: string;
  /** `p`: where the sender listens. */
  listenPort?: number;
  /** How many requests the sender queues before it drops some. */
  reqq?: number;
  /** `yourip`: the receiver's address as the sender sees it. */
  yourIp?: string;
  /** BEP 21: the sender downloads nothing. */
  uploadOnly?: boolean;
  /** BEP 9: bytes of the info dictionary. */
  metadataSize?: number;
  /** Seconds since the sender completed. */
  completeAgo?: number;
}

/** A list of plain values and one dictionary in a dictionary; nothing deeper means anything here. */
const MAX_DEPTH = 8;
/** A dozen extensions exist. */
const MAX_MESSAGES = 64;
const MAX_NAME_LENGTH = 64;
/** Shown in tables. */
const MAX_VERSION_LENGTH = 64;
/** The most that is useful at 16 KiB a request: 1 GiB under way. */
const MAX_REQQ = 65_536;
/** Torrents with millions of files have info dictionaries of some ten MiB. */
const MAX_METADATA_SIZE = 128 * 1024 * 1024;

/** The payload of an `extended` message with id 0. */
export function encodeExtensionHandshake(handshake: ExtensionHandshake): Uint8Array {
  return encodeBencode({
    m: handshake.messages ?? new Map(),
    v: handshake.clientVersion,
    p: handshake.listenPort,
    reqq: handshake.reqq,
    yourip: handshake.yourIp === undefined ? undefined : parseIpAddress(handshake.yourIp),
    upload_only: handshake.uploadOnly === undefined ? undefined : Number(handshake.uploadOnly),
    metadata_size: handshake.metadataSize,
    complete_ago: handshake.completeAgo,
  });
}

/** @throws ProtocolError when the payload does not begin with a bencoded dictionary */
export function decodeExtensionHandshake(payload: Uint8Array): ExtensionHandshake {
  const fields = decodeDictionary(payload);
  const handshake: ExtensionHandshake = {};
  const messages = fields.getDict('m');
  if (messages !== undefined) handshake.messages = messagesOf(messages);
  const version = fields.getString('v');
  if (version !== undefined) handshake.clientVersion = printable(version);
  const listenPort = integerWithin(fields, 'p', 1, 65_535);
  if (listenPort !== undefined) handshake.listenPort = listenPort;
  const reqq = integerWithin(fields, 'reqq', 1, Number.MAX_SAFE_INTEGER);
  if (reqq !== undefined) handshake.reqq = Math.min(reqq, MAX_REQQ);
  const yourIp = fields.getBytes('yourip');
  if (yourIp?.length === 4 || yourIp?.length === 16) handshake.yourIp = formatIpAddress(yourIp);
  const uploadOnly = fields.getInteger('upload_only');
  if (uploadOnly !== undefined) handshake.uploadOnly = uploadOnly !== 0;
  const metadataSize = integerWithin(fields, 'metadata_size', 1, MAX_METADATA_SIZE);
  if (metadataSize !== undefined) handshake.metadataSize = metadataSize;
  const completeAgo = integerWithin(fields, 'complete_ago', 0, Number.MAX_SAFE_INTEGER);
  if (completeAgo !== undefined) handshake.completeAgo = completeAgo;
  return handshake;
}

function decodeDictionary(payload: Uint8Array): BencodeDictionary {
  try {
    const { value } = decodeBencode(payload, { maxDepth: MAX_DEPTH });
    if (value instanceof BencodeDictionary) return value;
  } catch (error) {
    if (!(error instanceof BencodeError)) throw error;
    throw new ProtocolError(`extension handshake: ${error.message}`);
  }
  throw new ProtocolError('extension handshake: not a dictionary');
}

function messagesOf(entries: BencodeDictionary): Map<string, number> {
  const messages = new Map<string, number>();
  for (const [name, id] of entries) {
    if (messages.size === MAX_MESSAGES) break;
    const isId = typeof id === 'number' && id >= 0 && id <= 255;
    if (isId && name.length > 0 && name.length <= MAX_NAME_LENGTH) messages.set(name, id);
  }
  return messages;
}

function integerWithin(fields: BencodeDictionary, key: string, min: number, max: number): number | undefined {
  const value = fields.getInteger(key);
  return value !== undefined && value >= min && value <= max ? value : undefined;
}

/** Control characters and overlong names would disturb a terminal or a table. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, '').slice(0, MAX_VERSION_LENGTH);
}
