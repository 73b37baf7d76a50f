// Memory for pieces on their way in, shared with the worker that hashes and writes them, so that nothing is copied. Small
// pieces share a sheet: memory of its own for each of 16 KiB costs ten times what hashing it does.
// A piece is counted from the moment it is asked for, but has memory from its first byte on: what was written last is
// filled next. So few cells go round and stay in the processor's cache, however much is asked for; and a page of memory
// that is touched for the first time may cost more than hashing it (docs/performance.md).
// Invariant: a cell is in one place at a time (free, or one slab's); bytes in use stay within the budget, but for what each
// taker is owed.

import { type Clock, invariant, type Timer } from '@enjambre/runtime';
import type { Slab } from './piece-store.ts';

/** Memory that is cut into cells of one size. */
interface Sheet {
  readonly id: number;
  readonly memory: SharedArrayBuffer;
  cellsInUse: number;
  /** When the last of its cells came back. */
  freeSinceMs: number;
}

/** Memory for one slab. */
interface Cell {
  readonly sheet: Sheet;
  readonly offset: number;
}

/** Where a slab lies, for a worker: the sheet's memory is sent once, afterwards its number is enough. `offset`: bytes. */
export interface SlabPlace {
  readonly sheetId: number;
  readonly memory: SharedArrayBuffer;
  readonly offset: number;
}

/** Of one pool: it alone makes and ends them. */
export class PooledSlab implements Slab {
  /** Bytes that it is counted with. */
  readonly size: number;
  readonly #length: number;
  readonly #takeCell: () => Cell;
  #isOver = false;
  #cell: Cell | undefined;
  #bytes: Buffer | undefined;

  constructor(size: number, length: number, takeCell: () => Cell) {
    this.size = size;
    this.#length = length;
    this.#takeCell = takeCell;
  }

  get bytes(): Buffer {
    this.#bytes ??= Buffer.from(this.#ownCell.sheet.memory, this.#ownCell.offset, this.#length);
    return this.#bytes;
  }

  /** For the message that hands this slab to a worker. */
  get place(): SlabPlace {
    const { sheet, offset } = this.#ownCell;
    return { sheetId: sheet.id, memory: sheet.memory, offset };
  }

  /** It is no more; returns the memory it had, if any. */
  end(): Cell | undefined {
    invariant(!this.#isOver, 'a slab is given back once');
    this.#isOver = true;
    return this.#cell;
  }

  get #ownCell(): Cell {
    invariant(!this.#isOver, 'a slab that was given back is not touched');
    this.#cell ??= this.#takeCell();
    return this.#cell;
  }
}

export interface SlabPoolOptions {
  readonly clock: Clock;
  /** Bytes of slabs in use at a time; four pieces may be in use even when they are larger. */
  readonly budgetBytes?: number | undefined;
  /** A sheet that nobody wanted for so long is given back to the system. */
  readonly idleMs?: number | undefined;
  /** Told of each sheet that is gone, so that workers let go of it too. */
  readonly onFreed?: (sheetId: number) => void;
}

// A third of a second of a gigabit line: 64 MiB cost 16 more of private memory and were no quicker, with 4 or 50 uploaders.
const DEFAULT_BUDGET_BYTES = 48 * 2 ** 20;
// With fewer a torrent of huge pieces would receive, hash and write in turns instead of at once.
const LEAST_PIECES = 4;
const DEFAULT_IDLE_MS = 30_000;
// Only what was written to takes memory. More cells than blocks of 16 KiB fit would be for torrents of a few bytes.
const SHEET_BYTES = 2 ** 20;
const MOST_CELLS_IN_SHEET = 64;

export class SlabPool {
  readonly #clock: Clock;
  readonly #budgetBytes: number;
  readonly #idleMs: number;
  readonly #onFreed: (sheetId: number) => void;
  /** Free cells by size: the last one is used first, for it may still lie in the processor's cache. */
  readonly #freeBySize = new Map<number, Cell[]>();
  readonly #sheets = new Set<Sheet>();
  #bytesInUse = 0;
  /** Of all sheets. */
  #bytesHeld = 0;
  #bytesFree = 0;
  #nextId = 0;
  #idleTimer: Timer | undefined;

  constructor(options: SlabPoolOptions) {
    this.#clock = options.clock;
    this.#budgetBytes = options.budgetBytes ?? DEFAULT_BUDGET_BYTES;
    this.#idleMs = options.idleMs ?? DEFAULT_IDLE_MS;
    this.#onFreed = options.onFreed ?? (() => {});
  }

  /** Bytes of the slabs that are out, with memory or still without. */
  get bytesInUse(): number {
    return this.#bytesInUse;
  }

  /** Bytes of memory that are kept for the next slab. */
  get bytesFree(): number {
    return this.#bytesFree;
  }

  /** Bytes of memory, those of slabs that are out and those kept. */
  get bytesHeld(): number {
    return this.#bytesHeld;
  }

  /**
   * @param size bytes of the slab (its class: the memory of those of one size is used again for each other)
   * @param length bytes that it is for, at most `size`
   * @param isOwed the taker has hardly any: it gets one even beyond the budget, or others could starve it for ever
   * @returns undefined when the budget is used up. The content is whatever was there before.
   */
  take(size: number, length: number, isOwed = false): PooledSlab | undefined {
    if (this.#bytesInUse + size > this.#budgetFor(size) && !isOwed) return undefined;
    this.#bytesInUse += size;
    return new PooledSlab(size, length, () => this.#takeCell(size));
  }

  /** Takes it back. Its bytes must not be touched afterwards. */
  release(slab: PooledSlab): void {
    const { size } = slab;
    const cell = slab.end();
    this.#bytesInUse -= size;
    if (cell === undefined) return;
    cell.sheet.cellsInUse--;
    cell.sheet.freeSinceMs = this.#clock.now();
    this.#bytesFree += size;
    this.#keep(size, [cell]);
    this.#idleTimer ??= this.#clock.after(this.#idleMs, () => this.#freeIdle());
  }

  /** Gives everything that is free back to the system. */
  close(): void {
    this.#idleTimer?.cancel();
    this.#idleTimer = undefined;
    this.#free(Number.POSITIVE_INFINITY);
  }

  #budgetFor(size: number): number {
    return Math.max(this.#budgetBytes, LEAST_PIECES * size);
  }

  #takeCell(size: number): Cell {
    const cell = this.#freeBySize.get(size)?.pop() ?? this.#allocate(size);
    cell.sheet.cellsInUse++;
    this.#bytesFree -= size;
    return cell;
  }

  #keep(size: number, cells: Cell[]): void {
    const free = this.#freeBySize.get(size);
    if (free === undefined) this.#freeBySize.set(size, cells);
    else free.push(...cells);
  }

  /** A new sheet; the first of its cells, the others being free. */
  #allocate(size: number): Cell {
    const budget = this.#budgetFor(size);
    // Free sheets of other sizes must not add to the budget: they go before a new one comes.
    if (this.#bytesHeld + Math.max(size, SHEET_BYTES) > budget) this.#free(Number.POSITIVE_INFINITY);
    const left = budget - this.#bytesHeld;
    const count = Math.min(MOST_CELLS_IN_SHEET, Math.max(1, Math.floor(Math.min(left, SHEET_BYTES) / size)));
    const memory = new SharedArrayBuffer(count * size);
    const sheet: Sheet = { id: this.#nextId++, memory, cellsInUse: 0, freeSinceMs: 0 };
    const cells = Array.from({ length: count }, (_, index): Cell => ({ sheet, offset: index * size }));
    this.#sheets.add(sheet);
    this.#bytesHeld += memory.byteLength;
    this.#bytesFree += memory.byteLength;
    this.#keep(size, cells.slice(1).reverse());
    return cells[0];
  }

  #freeIdle(): void {
    this.#idleTimer = undefined;
    this.#free(this.#clock.now() - this.#idleMs);
    if (this.#bytesFree > 0) this.#idleTimer = this.#clock.after(this.#idleMs, () => this.#freeIdle());
  }

  /** Gives up the sheets of which nobody has anything, the last cell having come back no later than `freeSinceMs`. */
  #free(freeSinceMs: number): void {
    const gone = new Set<Sheet>();
    for (const sheet of this.#sheets) {
      if (sheet.cellsInUse > 0 || sheet.freeSinceMs > freeSinceMs) continue;
      gone.add(sheet);
      this.#sheets.delete(sheet);
      this.#bytesHeld -= sheet.memory.byteLength;
      this.#bytesFree -= sheet.memory.byteLength;
      this.#onFreed(sheet.id);
    }
    for (const [size, cells] of this.#freeBySize) {
      const kept = cells.filter(({ sheet }) => !gone.has(sheet));
      if (kept.length === 0) this.#freeBySize.delete(size);
      else this.#freeBySize.set(size, kept);
    }
  }
}
