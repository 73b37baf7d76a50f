// The messages by which two trackers find out what one of them lacks: sums of branches, sums of slices, and lists of what
// stands in the parts that differ. Invariant: what does not decode as a whole is undefined.

import type { Entry } from './entry.ts';
import { decodeEntries, EntryWriter, MOST_ENTRY_LENGTH } from './entry-codec.ts';
import { BRANCHES, LEAVES_OF_BRANCH, SLICES } from './hash-tree.ts';
import type { Unit } from './stock.ts';

const SUM_LENGTH = 4;
const LEAF_LENGTH = 2;
const COUNT_LENGTH = 4;
const UNIT_HEAD_LENGTH = LEAF_LENGTH + 1 + 1 + COUNT_LENGTH;
const BITMAP_LENGTH = SLICES / 8;

/** A unit with what the asker has in it. */
export interface Inventory extends Unit {
  readonly entries: readonly Entry[];
}

export interface InventoryAnswer {
  /** How many of the inventories were looked at; the others are to be sent again. */
  readonly done: number;
  /** What the answerer lacks, counted through all inventories of the question. */
  readonly wanted: readonly number[];
  /** What the asker lacks. */
  readonly entries: readonly Entry[];
}

export function encodeSums(sums: Uint32Array): Buffer {
  const bytes = Buffer.allocUnsafe(sums.length * SUM_LENGTH);
  for (const [at, sum] of sums.entries()) bytes.writeUInt32BE(sum, at * SUM_LENGTH);
  return bytes;
}

/** @param count how many there must be */
export function decodeSums(bytes: Buffer, count: number): Uint32Array | undefined {
  if (bytes.length !== count * SUM_LENGTH) return undefined;
  return Uint32Array.from({ length: count }, (_, at) => bytes.readUInt32BE(at * SUM_LENGTH));
}

/** The leaves of each branch that differs: its number 1, its sums 256 × 4. */
export function encodeBranches(branches: ReadonlyMap<number, Uint32Array>): Buffer {
  return Buffer.concat([...branches].flatMap(([branch, sums]) => [Buffer.of(branch), encodeSums(sums)]));
}

export function decodeBranches(bytes: Buffer): Map<number, Uint32Array> | undefined {
  const length = 1 + LEAVES_OF_BRANCH * SUM_LENGTH;
  if (bytes.length % length !== 0 || bytes.length > BRANCHES * length) return undefined;
  const branches = new Map<number, Uint32Array>();
  for (let at = 0; at < bytes.length; at += length) {
    branches.set(bytes[at], decodeSums(bytes.subarray(at + 1, at + length), LEAVES_OF_BRANCH)!);
  }
  return branches;
}

/** Of each leaf: its number 2, its sums 256 × 4. */
export function encodeSlices(leaves: ReadonlyMap<number, Uint32Array>): Buffer {
  return Buffer.concat([...leaves].flatMap(([leaf, sums]) => [Buffer.of(leaf >> 8, leaf & 0xff), encodeSums(sums)]));
}

export function decodeSlices(bytes: Buffer): Map<number, Uint32Array> | undefined {
  const length = LEAF_LENGTH + SLICES * SUM_LENGTH;
  if (bytes.length % length !== 0) return undefined;
  const leaves = new Map<number, Uint32Array>();
  for (let at = 0; at < bytes.length; at += length) {
    leaves.set(bytes.readUInt16BE(at), decodeSums(bytes.subarray(at + LEAF_LENGTH, at + length), SLICES)!);
  }
  return leaves;
}

/** For each leaf that was asked for, in that order: 256 bits, set where a slice differs, the first one the highest. */
export function encodeBitmaps(leaves: readonly (readonly number[])[]): Buffer {
  const bytes = Buffer.alloc(leaves.length * BITMAP_LENGTH);
  for (const [at, slices] of leaves.entries()) {
    for (const slice of slices) bytes[at * BITMAP_LENGTH + (slice >> 3)] |= 0x80 >> (slice & 7);
  }
  return bytes;
}

/** @param count how many leaves there must be */
export function decodeBitmaps(bytes: Buffer, count: number): number[][] | undefined {
  if (bytes.length !== count * BITMAP_LENGTH) return undefined;
  return Array.from({ length: count }, (_, leaf) =>
    Array.from({ length: SLICES }, (_, slice) => slice).filter(
      (slice) => (bytes[leaf * BITMAP_LENGTH + (slice >> 3)] & (0x80 >> (slice & 7))) !== 0,
    ),
  );
}

/** Leaf 2, first slice 1, last slice 1, length of the entries 4, the entries. */
export function encodeInventory({ leaf, firstSlice, lastSlice, entries }: Inventory): Buffer {
  const writer = new EntryWriter(entries.length * MOST_ENTRY_LENGTH);
  for (const entry of entries) writer.add(entry);
  const head = Buffer.allocUnsafe(UNIT_HEAD_LENGTH);
  head.writeUInt16BE(leaf, 0);
  head[2] = firstSlice;
  head[3] = lastSlice;
  head.writeUInt32BE(writer.length, 4);
  return Buffer.concat([head, writer.take()]);
}

export function decodeInventories(bytes: Buffer): Inventory[] | undefined {
  const inventories: Inventory[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + UNIT_HEAD_LENGTH > bytes.length) return undefined;
    const end = at + UNIT_HEAD_LENGTH + bytes.readUInt32BE(at + 4);
    const entries = end > bytes.length ? undefined : decodeEntries(bytes.subarray(at + UNIT_HEAD_LENGTH, end));
    if (entries === undefined) return undefined;
    const [firstSlice, lastSlice] = [bytes[at + 2], bytes[at + 3]];
    inventories.push({ leaf: bytes.readUInt16BE(at), firstSlice, lastSlice, entries });
    at = end;
  }
  return inventories;
}

/** How many inventories were looked at 4, how many entries are wanted 4, their numbers 4 each, the entries. */
export function encodeInventoryAnswer(done: number, wanted: readonly number[], entries: Uint8Array): Buffer {
  const head = Uint32Array.of(done, wanted.length, ...wanted);
  return Buffer.concat([encodeSums(head), entries]);
}

export function decodeInventoryAnswer(bytes: Buffer): InventoryAnswer | undefined {
  if (bytes.length < 2 * COUNT_LENGTH) return undefined;
  const wantedEnd = (2 + bytes.readUInt32BE(COUNT_LENGTH)) * COUNT_LENGTH;
  if (wantedEnd > bytes.length) return undefined;
  const [done, , ...wanted] = decodeSums(bytes.subarray(0, wantedEnd), wantedEnd / COUNT_LENGTH)!;
  const entries = decodeEntries(bytes.subarray(wantedEnd));
  return entries && { done, wanted, entries };
}
