// What is handed out of one list: runs of neighbours, whose addresses lie together and are copied together. Invariant: what it
// says is true until the list changes.

import { NO_PAGE, type SlotPage } from './slot-lists.ts';

export class HandedRuns {
  readonly #width: number;
  /** First place and the one behind the last, of each run. */
  readonly #bounds: Uint32Array;
  #length = 0;
  #page: SlotPage = NO_PAGE;
  #peers = 0;

  /** @param width bytes of an address  @param maxRuns at once */
  constructor(width: number, maxRuns: number) {
    this.#width = width;
    this.#bounds = new Uint32Array(2 * maxRuns);
  }

  /** How many peers they are. */
  get peers(): number {
    return this.#peers;
  }

  /** Bytes that `copyAddresses` writes. */
  get addressesLength(): number {
    return this.#peers * this.#width;
  }

  /** Forgets all; those that come are of this page. */
  begin(page: SlotPage): void {
    this.#page = page;
    this.#length = 0;
    this.#peers = 0;
  }

  push(from: number, to: number): void {
    if (from >= to) return;
    this.#bounds[this.#length++] = from;
    this.#bounds[this.#length++] = to;
    this.#peers += to - from;
  }

  /** Writes them as compact answers have them. */
  copyAddresses(into: Uint8Array, start: number): void {
    const { addresses } = this.#page;
    let at = start;
    for (let run = 0; run < this.#length; run += 2) {
      const end = this.#bounds[run + 1] * this.#width;
      // Runs are short: a loop is quicker than a call for each.
      for (let byte = this.#bounds[run] * this.#width; byte < end; byte++) into[at++] = addresses[byte];
    }
  }

  *places(): IterableIterator<number> {
    for (let run = 0; run < this.#length; run += 2) {
      for (let place = this.#bounds[run]; place < this.#bounds[run + 1]; place++) yield place;
    }
  }

  /** Who stands there: a row of the peer table. */
  rowAt(place: number): number {
    return this.#page.rows[place];
  }
}
