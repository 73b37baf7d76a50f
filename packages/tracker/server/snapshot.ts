// The swarms of a tracker as a stream of bytes, and back. Invariants: it is made piece by piece while announces go on, each piece
// in a few milliseconds; what is read is believed as a whole only when the end is there and the checksum right.
//
// Little endian. Header: `ENJSWARM`, version u16, unix ms f64. Then groups: 1 u8, info hash 20, completed u32, peers u16, and for
// each peer 52 bytes: compact address 18, flags u8 (1: IPv6), remaining u8, peer id 20, stamp f64, silent ms u32. A large swarm
// comes in several groups. End: 0 u8, CRC-32 u32 of all before it.

import { crc32 } from 'node:zlib';
import { COMPACT_IPV4_LENGTH, COMPACT_IPV6_LENGTH } from './peer-lists.ts';
import { PEER_ID_LENGTH } from './peer-table.ts';
import type { SwarmStore } from './swarm-store.ts';
import { INFO_HASH_LENGTH } from './swarm-table.ts';

const MAGIC = Buffer.from('ENJSWARM');
const VERSION = 1;
const HEADER_LENGTH = MAGIC.length + 2 + 8;
const GROUP = 1;
const END = 0;
const GROUP_HEADER_LENGTH = 1 + INFO_HASH_LENGTH + 4 + 2;
const END_LENGTH = 1 + 4;
// Of a peer.
const FLAGS_BYTE = 18;
const PEER_ID_BYTE = 20;
const STAMP_BYTE = PEER_ID_BYTE + PEER_ID_LENGTH;
const SILENT_BYTE = STAMP_BYTE + 8;
const PEER_LENGTH = SILENT_BYTE + 4;
/** Peers of a piece: a millisecond's work. */
const MAX_PEERS = 4096;
const PIECE_LENGTH = MAX_PEERS * (GROUP_HEADER_LENGTH + PEER_LENGTH);
const IPV6_FLAG = 1;
const MAX_SILENT_MS = 2 ** 32 - 1;

/**
 * Pieces of some 200 kB. Who comes or goes meanwhile may be in it or not. A piece is overwritten by the next one.
 * @param times gives ms as the store's announces have them, and unix ms
 */
export function* encodeSnapshot(store: SwarmStore, times: () => { now: number; wall: number }): Generator<Uint8Array> {
  const piece = Buffer.alloc(PIECE_LENGTH);
  let checksum = 0;
  let length = MAGIC.copy(piece);
  length = piece.writeUInt16LE(VERSION, length);
  length = piece.writeDoubleLE(times().wall, length);
  let peers = 0;
  for (const { infoHash, completed } of store.swarms()) {
    const rows = store.rowsOf(infoHash);
    for (let from = 0; from < rows.length; ) {
      const count = Math.min(rows.length - from, MAX_PEERS - peers);
      length = writeGroup(store, piece, length, infoHash, completed, rows.subarray(from, from + count), times().now);
      from += count;
      peers += count;
      if (peers < MAX_PEERS) continue;
      const full = piece.subarray(0, length);
      checksum = crc32(full, checksum);
      yield full;
      [length, peers] = [0, 0];
    }
  }
  length = piece.writeUInt8(END, length);
  checksum = crc32(piece.subarray(0, length), checksum);
  length = piece.writeUInt32LE(checksum, length);
  yield piece.subarray(0, length);
}

function writeGroup(
  store: SwarmStore,
  piece: Buffer,
  start: number,
  infoHash: Uint8Array,
  completed: number,
  rows: Uint32Array,
  now: number,
): number {
  let at = piece.writeUInt8(GROUP, start);
  piece.set(infoHash, at);
  at = piece.writeUInt32LE(completed, at + INFO_HASH_LENGTH);
  const countAt = at;
  at += 2;
  let count = 0;
  for (const row of rows) {
    // Between two pieces of a large swarm a peer may have gone, and its row be another's.
    const peer = store.peerIn(infoHash, row, now);
    if (peer === undefined) continue;
    const { compact, peerId, remaining, stamp, silentMs } = peer;
    piece.fill(0, at, at + FLAGS_BYTE);
    piece.set(compact, at);
    piece[at + FLAGS_BYTE] = compact.length === COMPACT_IPV6_LENGTH ? IPV6_FLAG : 0;
    piece[at + FLAGS_BYTE + 1] = remaining;
    piece.set(peerId, at + PEER_ID_BYTE);
    piece.writeDoubleLE(stamp, at + STAMP_BYTE);
    piece.writeUInt32LE(silentMs, at + SILENT_BYTE);
    at += PEER_LENGTH;
    count++;
  }
  piece.writeUInt16LE(count, countAt);
  return at;
}

/** Why a snapshot is not to be had: a clause behind the file's name. */
export class SnapshotError extends Error {}

/** Takes the bytes in as they come, and the peers into the store: all of it, or it throws and the store is not to be used. */
export class SnapshotReader {
  readonly #store: SwarmStore;
  readonly #now: number;
  readonly #wall: number;
  #kept: Buffer = Buffer.alloc(0);
  #checksum = 0;
  #sinceMs: number | undefined;
  #isWhole = false;

  /** @param now ms, as the store's announces have them  @param wall unix ms */
  constructor(store: SwarmStore, now: number, wall: number) {
    this.#store = store;
    this.#now = now;
    this.#wall = wall;
  }

  /** @throws SnapshotError */
  push(chunk: Uint8Array): void {
    const bytes = Buffer.concat([this.#kept, chunk]);
    let at = 0;
    for (;;) {
      const length = this.#lengthAt(bytes, at);
      if (at + length > bytes.length) break;
      this.#take(bytes, at, length);
      at += length;
    }
    this.#kept = Buffer.from(bytes.subarray(at));
  }

  /** @throws SnapshotError unless it was whole */
  finish(): void {
    if (!this.#isWhole || this.#kept.length > 0) throw damaged();
  }

  /** Of what begins there, as far as it can be told; `Infinity` when more is needed. */
  #lengthAt(bytes: Buffer, at: number): number {
    const left = bytes.length - at;
    if (this.#sinceMs === undefined) return HEADER_LENGTH;
    if (left === 0) return Number.POSITIVE_INFINITY;
    if (this.#isWhole) throw damaged();
    if (bytes[at] === END) return END_LENGTH;
    if (bytes[at] !== GROUP) throw damaged();
    if (left < GROUP_HEADER_LENGTH) return Number.POSITIVE_INFINITY;
    const count = bytes.readUInt16LE(at + GROUP_HEADER_LENGTH - 2);
    if (count > MAX_PEERS) throw damaged();
    return GROUP_HEADER_LENGTH + count * PEER_LENGTH;
  }

  #take(bytes: Buffer, at: number, length: number): void {
    if (this.#sinceMs === undefined) this.#takeHeader(bytes.subarray(at, at + length));
    else if (bytes[at] === END) {
      if (crc32(bytes.subarray(at, at + 1), this.#checksum) !== bytes.readUInt32LE(at + 1)) throw damaged();
      this.#isWhole = true;
    } else this.#takeGroup(bytes.subarray(at, at + length), this.#sinceMs);
    this.#checksum = crc32(bytes.subarray(at, at + length), this.#checksum);
  }

  #takeHeader(header: Buffer): void {
    if (!header.subarray(0, MAGIC.length).equals(MAGIC)) throw damaged();
    const version = header.readUInt16LE(MAGIC.length);
    if (version > VERSION) {
      throw new SnapshotError(`was written by a newer version (form ${version}, this one knows ${VERSION})`);
    }
    const since = this.#wall - header.readDoubleLE(MAGIC.length + 2);
    if (version < VERSION || Number.isNaN(since)) throw damaged();
    this.#sinceMs = Math.max(0, since);
  }

  #takeGroup(group: Buffer, sinceMs: number): void {
    const infoHash = group.subarray(1, 1 + INFO_HASH_LENGTH);
    for (let at = GROUP_HEADER_LENGTH; at < group.length; at += PEER_LENGTH) {
      const isIpv6 = (group[at + FLAGS_BYTE] & IPV6_FLAG) !== 0;
      const change = {
        kind: 'put',
        infoHash,
        compact: group.subarray(at, at + (isIpv6 ? COMPACT_IPV6_LENGTH : COMPACT_IPV4_LENGTH)),
        peerId: group.subarray(at + PEER_ID_BYTE, at + PEER_ID_BYTE + PEER_ID_LENGTH),
        remaining: group[at + FLAGS_BYTE + 1],
        stamp: group.readDoubleLE(at + STAMP_BYTE),
      } as const;
      const silentMs = group.readUInt32LE(at + SILENT_BYTE) + sinceMs;
      this.#store.apply(change, this.#now, Math.min(silentMs, MAX_SILENT_MS));
    }
    this.#store.restoreCompleted(infoHash, group.readUInt32LE(1 + INFO_HASH_LENGTH));
  }
}

function damaged(): SnapshotError {
  return new SnapshotError('is damaged or no snapshot of swarms');
}
