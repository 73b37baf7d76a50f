// Memory for pieces on their way in, shared with the worker that hashes and writes them, so that nothing is copied. Small
// pieces share a sheet: memory of its own for each of 16 KiB costs ten times what hashing it does.
// Invariant: a slab is in one place at a time (free, or with whoever took it); bytes in use stay within the budget, but
// for what each taker is owed.

import { type Clock, invariant, type Timer } from '@enjambre/runtime';

/** Memory that is cut into slabs of one size. */
interface Sheet {
  readonly id: number;
  readonly memory: SharedArrayBuffer;
  readonly slabs: Slab[];
  slabsInUse: number;
  /** When the last of its slabs came back. */
  freeSinceMs: number;
}

interface Slab {
  readonly sheet: Sheet;
  readonly offset: number;
  inUse: boolean;
}

/** Where a slab lies, for a worker: the sheet's memory is sent once, afterwards its number is enough. `offset`: bytes. */
export interface SlabPlace {
  readonly sheetId: number;
  readonly memory: SharedArrayBuffer;
  readonly offset: number;
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
// Only what was written to takes memory. More slabs than blocks of 16 KiB fit would be for torrents of a few bytes.
const SHEET_BYTES = 2 ** 20;
const MOST_SLABS_IN_SHEET = 64;

export class SlabPool {
  readonly #clock: Clock;
  readonly #budgetBytes: number;
  readonly #idleMs: number;
  readonly #onFreed: (sheetId: number) => void;
  /** Free slabs by size: the last one is used first, for it may still lie in the processor's cache. */
  readonly #freeBySize = new Map<number, Slab[]>();
  readonly #byMemory = new Map<ArrayBufferLike, Sheet>();
  #bytesInUse = 0;
  #bytesFree = 0;
  #nextId = 0;
  #idleTimer: Timer | undefined;

  constructor(options: SlabPoolOptions) {
    this.#clock = options.clock;
    this.#budgetBytes = options.budgetBytes ?? DEFAULT_BUDGET_BYTES;
    this.#idleMs = options.idleMs ?? DEFAULT_IDLE_MS;
    this.#onFreed = options.onFreed ?? (() => {});
  }

  get bytesInUse(): number {
    return this.#bytesInUse;
  }

  /** Bytes that are kept for the next taker. */
  get bytesFree(): number {
    return this.#bytesFree;
  }

  /**
   * @param size bytes of the slab (its class: those of one size are used again for each other)
   * @param length bytes of the view that is returned, at most `size`
   * @param isOwed the taker has hardly any: it gets one even beyond the budget, or others could starve it for ever
   * @returns undefined when the budget is used up. The content is whatever was there before.
   */
  take(size: number, length: number, isOwed = false): Buffer | undefined {
    const budget = Math.max(this.#budgetBytes, LEAST_PIECES * size);
    if (this.#bytesInUse + size > budget && !isOwed) return undefined;
    const slab = this.#freeBySize.get(size)?.pop() ?? this.#allocate(size, budget);
    const { sheet, offset } = slab;
    slab.inUse = true;
    sheet.slabsInUse++;
    this.#bytesFree -= size;
    this.#bytesInUse += size;
    return Buffer.from(sheet.memory, offset, length);
  }

  /** Takes it back. Its bytes must not be touched afterwards. */
  release(view: Buffer): void {
    const slab = this.#slabOf(view);
    const { sheet } = slab;
    const size = slabSize(sheet);
    slab.inUse = false;
    sheet.slabsInUse--;
    sheet.freeSinceMs = this.#clock.now();
    this.#bytesInUse -= size;
    this.#bytesFree += size;
    this.#keep(size, [slab]);
    this.#idleTimer ??= this.#clock.after(this.#idleMs, () => this.#freeIdle());
  }

  /** For the message that hands this slab to a worker. */
  place(view: Buffer): SlabPlace {
    const { sheet, offset } = this.#slabOf(view);
    return { sheetId: sheet.id, memory: sheet.memory, offset };
  }

  /** Gives everything that is free back to the system. */
  close(): void {
    this.#idleTimer?.cancel();
    this.#idleTimer = undefined;
    this.#free(Number.POSITIVE_INFINITY);
  }

  #slabOf(view: Buffer): Slab {
    const sheet = this.#byMemory.get(view.buffer);
    const slab = sheet?.slabs[view.byteOffset / slabSize(sheet)];
    invariant(slab?.inUse, 'a slab comes from this pool and is given back once');
    return slab;
  }

  #keep(size: number, slabs: Slab[]): void {
    const free = this.#freeBySize.get(size);
    if (free === undefined) this.#freeBySize.set(size, slabs);
    else free.push(...slabs);
  }

  /** A new sheet; the first of its slabs, the others being free. */
  #allocate(size: number, budget: number): Slab {
    // Free sheets of other sizes must not add to the budget: they go before a new one comes.
    if (this.#bytesInUse + this.#bytesFree + Math.max(size, SHEET_BYTES) > budget) this.#free(Number.POSITIVE_INFINITY);
    const left = budget - this.#bytesInUse - this.#bytesFree;
    const count = Math.min(MOST_SLABS_IN_SHEET, Math.max(1, Math.floor(Math.min(left, SHEET_BYTES) / size)));
    const memory = new SharedArrayBuffer(count * size);
    const sheet: Sheet = { id: this.#nextId++, memory, slabs: [], slabsInUse: 0, freeSinceMs: 0 };
    for (let offset = 0; offset < memory.byteLength; offset += size) sheet.slabs.push({ sheet, offset, inUse: false });
    this.#byMemory.set(memory, sheet);
    this.#bytesFree += memory.byteLength;
    this.#keep(size, sheet.slabs.slice(1).reverse());
    return sheet.slabs[0];
  }

  #freeIdle(): void {
    this.#idleTimer = undefined;
    this.#free(this.#clock.now() - this.#idleMs);
    if (this.#bytesFree > 0) this.#idleTimer = this.#clock.after(this.#idleMs, () => this.#freeIdle());
  }

  /** Gives up the sheets of which nobody has anything, the last slab having come back no later than `freeSinceMs`. */
  #free(freeSinceMs: number): void {
    const gone = new Set<Sheet>();
    for (const sheet of this.#byMemory.values()) {
      if (sheet.slabsInUse > 0 || sheet.freeSinceMs > freeSinceMs) continue;
      gone.add(sheet);
      this.#byMemory.delete(sheet.memory);
      this.#bytesFree -= sheet.memory.byteLength;
      this.#onFreed(sheet.id);
    }
    for (const [size, slabs] of this.#freeBySize) {
      const kept = slabs.filter(({ sheet }) => !gone.has(sheet));
      if (kept.length === 0) this.#freeBySize.delete(size);
      else this.#freeBySize.set(size, kept);
    }
  }
}

function slabSize({ memory, slabs }: Sheet): number {
  return memory.byteLength / slabs.length;
}
