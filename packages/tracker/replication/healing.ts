// One comparison with another tracker of the set, and both have what either had: what was lost on the way, said while they did
// not hear each other, or known before they met. Invariant: it goes on only while it brings something.

import {
  decodeBitmaps,
  decodeBranches,
  decodeInventoryAnswer,
  encodeInventory,
  encodeSlices,
  encodeSums,
} from './comparison.ts';
import type { Entry } from './entry.ts';
import { EntryWriter } from './entry-codec.ts';
import { LEAVES_OF_BRANCH, SLICES } from './hash-tree.ts';
import type { Replica } from './replica.ts';
import type { Unit } from './stock.ts';

/** Asks the other one; undefined when there was no answer that could be believed. */
export type Ask = (path: string, body: Uint8Array) => Promise<Buffer | undefined>;

export interface Healed {
  /** Leaves in which something differed. */
  readonly differing: number;
  /** Entries that we lacked. */
  readonly taken: number;
  /** Entries that the other one lacked. */
  readonly given: number;
}

/** Leaves that are looked at together: a search through all swarms finds what stands in them. */
const LEAVES_AT_ONCE = 4_096;
/** Entries from which on a leaf is compared by slices first. */
const LARGE_LEAF = 256;
/** Their sums must fit into a message. */
const SLICED_AT_ONCE = 256;
/** Bytes: more inventories are sent in a further message. */
const INVENTORY_LENGTH = 128 * 1024;
const CHANGES_LENGTH = 256 * 1024;
const WHOLE = { firstSlice: 0, lastSlice: SLICES - 1 };

/** @returns what went either way; undefined when the other one stopped answering */
export async function heal(replica: Replica, ask: Ask): Promise<Healed | undefined> {
  const answer = await ask('sums', encodeSums(replica.tree.branches()));
  const theirs = answer && decodeBranches(answer);
  if (theirs === undefined) return undefined;
  const differing = [...theirs].flatMap(([branch, sums]) => {
    const ours = replica.tree.leavesOf(branch);
    const leaves = Array.from(ours.keys()).filter((at) => ours[at] !== sums[at]);
    return leaves.map((at) => branch * LEAVES_OF_BRANCH + at);
  });
  const healed = { differing: differing.length, taken: 0, given: 0 };
  for (let from = 0; from < differing.length; from += LEAVES_AT_ONCE) {
    const units = await narrow(replica, ask, differing.slice(from, from + LEAVES_AT_ONCE));
    const part = units && (await exchange(replica, ask, units));
    if (part === undefined) return undefined;
    healed.taken += part.taken;
    healed.given += part.given;
  }
  return healed;
}

/** The leaves, large ones by those of their slices that differ. */
async function narrow(replica: Replica, ask: Ask, leaves: readonly number[]): Promise<Unit[] | undefined> {
  const ours = replica.stock(new Set(leaves));
  const isLarge = (leaf: number): boolean => ours.of(leaf).length > LARGE_LEAF;
  const units: Unit[] = leaves.filter((leaf) => !isLarge(leaf)).map((leaf) => ({ leaf, ...WHOLE }));
  const large = leaves.filter(isLarge);
  for (let from = 0; from < large.length; from += SLICED_AT_ONCE) {
    const sliced = large.slice(from, from + SLICED_AT_ONCE);
    const answer = await ask('slices', encodeSlices(new Map(sliced.map((leaf) => [leaf, ours.sums(leaf)]))));
    const differing = answer && decodeBitmaps(answer, sliced.length);
    if (differing === undefined) return undefined;
    for (const [at, leaf] of sliced.entries()) {
      units.push(...differing[at].map((slice) => ({ leaf, firstSlice: slice, lastSlice: slice })));
    }
  }
  return units;
}

async function exchange(
  replica: Replica,
  ask: Ask,
  units: readonly Unit[],
): Promise<Omit<Healed, 'differing'> | undefined> {
  const healed = { taken: 0, given: 0 };
  for (let left = units; left.length > 0; ) {
    const { entries, body } = takeStock(replica, left);
    const answer = await ask('inventories', body);
    const outcome = answer && decodeInventoryAnswer(answer);
    if (outcome === undefined) return undefined;
    const taken = outcome.entries.filter((entry) => replica.merge(entry)).length;
    const given = outcome.wanted.flatMap((number) => entries[number] ?? []);
    if (!(await give(ask, given))) return undefined;
    healed.taken += taken;
    healed.given += given.length;
    if (outcome.done === 0 && taken === 0) break;
    left = left.slice(outcome.done);
  }
  return healed;
}

/** What we have in as many of the units as fit into a message, at least one. */
function takeStock(replica: Replica, units: readonly Unit[]): { entries: Entry[]; body: Buffer } {
  const considered = units.slice(0, LEAVES_AT_ONCE);
  const ours = replica.stock(new Set(considered.map(({ leaf }) => leaf)));
  const entries: Entry[] = [];
  const parts: Buffer[] = [];
  let length = 0;
  for (const unit of considered) {
    const within = ours.within(unit);
    const part = encodeInventory({ ...unit, entries: within });
    if (parts.length > 0 && length + part.length > INVENTORY_LENGTH) break;
    for (const entry of within) entries.push(entry);
    parts.push(part);
    length += part.length;
  }
  return { entries, body: Buffer.concat(parts) };
}

async function give(ask: Ask, entries: readonly Entry[]): Promise<boolean> {
  const writer = new EntryWriter(CHANGES_LENGTH);
  for (const [at, entry] of entries.entries()) {
    writer.add(entry);
    const isLast = at === entries.length - 1;
    if ((isLast || !writer.hasRoom) && (await ask('changes', writer.take())) === undefined) return false;
  }
  return true;
}
