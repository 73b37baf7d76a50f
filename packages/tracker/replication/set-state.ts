// What a tracker of a set must know again after a restart besides its swarms, as bytes and back: deletions, who downloaded how
// much, and under which id it counts. Invariant: it is read as a whole or not at all.
//
// `ENJASET1`, tracker id 8, then blocks: length 4, entries as they go over the wire. End: length 0, CRC-32 of all before it 4.

import { crc32 } from 'node:zlib';
import { type Entry, TRACKER_ID_LENGTH } from './entry.ts';
import { decodeEntries, EntryWriter } from './entry-codec.ts';

const MAGIC = Buffer.from('ENJASET1');
const HEADER_LENGTH = MAGIC.length + TRACKER_ID_LENGTH;
const BLOCK_LENGTH = 64 * 1024;
const LENGTH_LENGTH = 4;
const END_LENGTH = 2 * LENGTH_LENGTH;

export interface SetState {
  /** Under which it counts downloads: 8 bytes. */
  readonly trackerId: Uint8Array;
  readonly entries: Iterable<Entry>;
}

export function encodeSetState({ trackerId, entries }: SetState): Buffer {
  const parts: Buffer[] = [MAGIC, Buffer.from(trackerId)];
  const writer = new EntryWriter(BLOCK_LENGTH);
  const endBlock = (): void => {
    const block = writer.take();
    parts.push(uint32(block.length), block);
  };
  for (const entry of entries) {
    writer.add(entry);
    if (!writer.hasRoom) endBlock();
  }
  if (writer.count > 0) endBlock();
  const bytes = Buffer.concat(parts);
  return Buffer.concat([bytes, uint32(0), uint32(crc32(bytes))]);
}

/** @returns undefined when the bytes are not the whole of what `encodeSetState` made */
export function decodeSetState(bytes: Buffer): SetState | undefined {
  const end = bytes.length - END_LENGTH;
  if (end < HEADER_LENGTH || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  if (bytes.readUInt32BE(end) !== 0 || bytes.readUInt32BE(end + LENGTH_LENGTH) !== crc32(bytes.subarray(0, end))) {
    return undefined;
  }
  const entries: Entry[] = [];
  for (let at = HEADER_LENGTH; at < end; ) {
    const start = at + LENGTH_LENGTH;
    at = start + bytes.readUInt32BE(at);
    const block = at > end ? undefined : decodeEntries(bytes.subarray(start, at));
    if (block === undefined) return undefined;
    for (const entry of block) entries.push(entry);
  }
  return { trackerId: bytes.subarray(MAGIC.length, HEADER_LENGTH), entries };
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(LENGTH_LENGTH);
  bytes.writeUInt32BE(value);
  return bytes;
}
