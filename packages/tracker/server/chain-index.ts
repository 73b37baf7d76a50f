// Finds rows of a table by the hash of their key: 12 bytes a row. Invariant: there are never more rows than chains but one,
// and growing splits one chain at a time (linear hashing), so no insertion waits for a table to be built anew.

const INITIAL_CHAINS = 16;
/** No row: what a chain ends with. */
export const NO_ROW = -1;

export class ChainIndex {
  // Rows are kept plus one: memory that was never written is zero, costs nothing, and means "none".
  readonly #heads: Uint32Array;
  readonly #next: Uint32Array;
  readonly #hashes: Uint32Array;
  #chains = INITIAL_CHAINS;
  /** `#chains` is from this to below twice this: hashes are taken modulo one of the two. */
  #round = INITIAL_CHAINS;
  #rows = 0;

  /** @param capacity rows at most; they are numbered below it */
  constructor(capacity: number) {
    this.#heads = new Uint32Array(Math.max(capacity, INITIAL_CHAINS) + 1);
    this.#next = new Uint32Array(capacity);
    this.#hashes = new Uint32Array(capacity);
  }

  /** The first row with this hash, or `NO_ROW`. Whether it is the one that is sought only its key can tell. */
  first(hash: number): number {
    return this.#seek(this.#heads[this.#chainOf(hash)], hash);
  }

  /** The next row with the hash of `row`, or `NO_ROW`. */
  after(row: number): number {
    return this.#seek(this.#next[row], this.#hashes[row]);
  }

  insert(hash: number, row: number): void {
    this.#hashes[row] = hash;
    this.#link(this.#chainOf(hash), row);
    if (++this.#rows > this.#chains) this.#split();
  }

  remove(row: number): void {
    const chain = this.#chainOf(this.#hashes[row]);
    if (this.#heads[chain] === row + 1) this.#heads[chain] = this.#next[row];
    else {
      let at = this.#heads[chain] - 1;
      while (this.#next[at] !== row + 1) at = this.#next[at] - 1;
      this.#next[at] = this.#next[row];
    }
    this.#rows--;
  }

  #seek(from: number, hash: number): number {
    let link = from;
    while (link !== 0 && this.#hashes[link - 1] !== hash) link = this.#next[link - 1];
    return link - 1;
  }

  #chainOf(hash: number): number {
    const chain = hash & (2 * this.#round - 1);
    return chain < this.#chains ? chain : chain - this.#round;
  }

  #link(chain: number, row: number): void {
    this.#next[row] = this.#heads[chain];
    this.#heads[chain] = row + 1;
  }

  /** One more chain: those of its elder sister move over whose hash says so. */
  #split(): void {
    const elder = this.#chains - this.#round;
    let link = this.#heads[elder];
    this.#heads[elder] = 0;
    this.#chains++;
    while (link !== 0) {
      const row = link - 1;
      link = this.#next[row];
      this.#link(this.#chainOf(this.#hashes[row]), row);
    }
    if (this.#chains === 2 * this.#round) this.#round = this.#chains;
  }
}
