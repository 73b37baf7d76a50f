// What a tracker answers others of its set, from the body of a question to that of the answer. Invariant: an answer has at most
// as many bytes as one message may have; what does not fit is asked for again.

import {
  decodeInventories,
  decodeSlices,
  decodeSums,
  encodeBitmaps,
  encodeBranches,
  encodeInventoryAnswer,
} from './comparison.ts';
import { type Entry, nameOf, replaces } from './entry.ts';
import { decodeEntries, EntryWriter, MOST_ENTRY_LENGTH } from './entry-codec.ts';
import { MOST_BODY_LENGTH, PATH_PREFIX } from './gate.ts';
import { BRANCHES, SLICES } from './hash-tree.ts';
import type { Replica } from './replica.ts';

const EMPTY = Buffer.alloc(0);
/** Of an answer to inventories: what is wanted takes its share of the rest. */
const MOST_ENTRIES_LENGTH = MOST_BODY_LENGTH / 2;

export class Answering {
  readonly #replica: Replica;
  readonly #questions: Readonly<Record<string, (body: Buffer) => Buffer | undefined>>;

  /** @param id ours: 16 hexadecimal digits */
  constructor(id: string, replica: Replica) {
    this.#replica = replica;
    this.#questions = {
      hello: () => Buffer.from(id, 'hex'),
      changes: (body) => this.#changes(body),
      sums: (body) => this.#sums(body),
      slices: (body) => this.#slices(body),
      inventories: (body) => this.#inventories(body),
    };
  }

  knows(path: string): boolean {
    return Object.hasOwn(this.#questions, path.slice(PATH_PREFIX.length));
  }

  /** @returns undefined when the body is not what that path takes */
  answer(path: string, body: Buffer): Buffer | undefined {
    return this.#questions[path.slice(PATH_PREFIX.length)](body);
  }

  #changes(body: Buffer): Buffer | undefined {
    const entries = decodeEntries(body);
    if (entries === undefined) return undefined;
    for (const entry of entries) this.#replica.merge(entry);
    return EMPTY;
  }

  #sums(body: Buffer): Buffer | undefined {
    const theirs = decodeSums(body, BRANCHES);
    if (theirs === undefined) return undefined;
    const { tree } = this.#replica;
    const differing = new Map<number, Uint32Array>();
    for (const [branch, sum] of tree.branches().entries()) {
      if (theirs[branch] !== sum) differing.set(branch, tree.leavesOf(branch));
    }
    return encodeBranches(differing);
  }

  #slices(body: Buffer): Buffer | undefined {
    const theirs = decodeSlices(body);
    if (theirs === undefined) return undefined;
    const ours = this.#replica.stock(new Set(theirs.keys()));
    const differing = [...theirs].map(([leaf, sums]) => {
      const mine = ours.sums(leaf);
      return Array.from({ length: SLICES }, (_, slice) => slice).filter((slice) => mine[slice] !== sums[slice]);
    });
    return encodeBitmaps(differing);
  }

  #inventories(body: Buffer): Buffer | undefined {
    const inventories = decodeInventories(body);
    if (inventories === undefined) return undefined;
    const ours = this.#replica.stock(new Set(inventories.map(({ leaf }) => leaf)));
    const writer = new EntryWriter(MOST_ENTRIES_LENGTH);
    const wanted: number[] = [];
    let first = 0;
    let done = 0;
    for (const inventory of inventories) {
      const lacking = this.#compare(inventory.entries, ours.within(inventory), first, wanted);
      const fits = writer.length + lacking.length * MOST_ENTRY_LENGTH <= MOST_ENTRIES_LENGTH;
      if (!fits && done > 0) break;
      for (const entry of lacking) if (writer.hasRoom) writer.add(entry);
      if (!fits) break;
      first += inventory.entries.length;
      done++;
    }
    return encodeInventoryAnswer(done, wanted, writer.take());
  }

  /**
   * @param first the number of the first of theirs in the question
   * @param wanted gets the numbers of those that we lack
   * @returns those that the asker lacks
   */
  #compare(theirs: readonly Entry[], ours: readonly Entry[], first: number, wanted: number[]): Entry[] {
    const known = new Map(theirs.map((entry) => [nameOf(entry), entry]));
    for (const [at, entry] of theirs.entries()) if (this.#replica.wants(entry)) wanted.push(first + at);
    return ours.filter((entry) => {
      const their = known.get(nameOf(entry));
      return their === undefined || replaces(entry, their);
    });
  }
}
