// Memory for pieces on their way in, shared with the worker that hashes and writes them, so that nothing is copied.
// Invariant: a slab is in one place at a time (free, or with whoever took it); bytes in use stay within the budget, but
// for what each taker is owed.

import { type Clock, invariant, type Timer } from '@enjambre/runtime';

interface Slab {
  readonly id: number;
  readonly memory: SharedArrayBuffer;
  inUse: boolean;
  freeSinceMs: number;
}

/** How a worker names a slab: the memory is sent once, afterwards the number is enough. */
export interface SlabName {
  readonly id: number;
  readonly memory: SharedArrayBuffer;
}

export interface SlabPoolOptions {
  readonly clock: Clock;
  /** Bytes of slabs in use at a time; four pieces may be in use even when they are larger. */
  readonly budgetBytes?: number | undefined;
  /** A slab that nobody wanted for so long is given back to the system. */
  readonly idleMs?: number | undefined;
  /** Told of each slab that is gone, so that workers let go of it too. */
  readonly onFreed?: (slabId: number) => void;
}

// A third of a second of a gigabit line: 64 MiB cost 16 more of private memory and were no quicker, with 4 or 50 uploaders.
const DEFAULT_BUDGET_BYTES = 48 * 2 ** 20;
// With fewer a torrent of huge pieces would receive, hash and write in turns instead of at once.
const LEAST_PIECES = 4;
const DEFAULT_IDLE_MS = 30_000;

export class SlabPool {
  readonly #clock: Clock;
  readonly #budgetBytes: number;
  readonly #idleMs: number;
  readonly #onFreed: (slabId: number) => void;
  readonly #bySize = new Map<number, Slab[]>();
  readonly #byMemory = new Map<ArrayBufferLike, Slab>();
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
    const free = this.#bySize.get(size)?.pop();
    if (free !== undefined) this.#bytesFree -= size;
    const slab = free ?? this.#allocate(size, budget);
    slab.inUse = true;
    this.#bytesInUse += size;
    return Buffer.from(slab.memory, 0, length);
  }

  /** Takes it back. Its bytes must not be touched afterwards. */
  release(view: Buffer): void {
    const slab = this.#slabOf(view);
    slab.inUse = false;
    slab.freeSinceMs = this.#clock.now();
    const size = slab.memory.byteLength;
    this.#bytesInUse -= size;
    this.#bytesFree += size;
    const free = this.#bySize.get(size);
    if (free === undefined) this.#bySize.set(size, [slab]);
    else free.push(slab);
    this.#idleTimer ??= this.#clock.after(this.#idleMs, () => this.#freeIdle());
  }

  /** For the message that hands this slab to a worker. */
  name(view: Buffer): SlabName {
    return this.#slabOf(view);
  }

  /** Gives everything that is free back to the system. */
  close(): void {
    this.#idleTimer?.cancel();
    this.#idleTimer = undefined;
    this.#free(Number.POSITIVE_INFINITY);
  }

  #slabOf(view: Buffer): Slab {
    const slab = this.#byMemory.get(view.buffer);
    invariant(slab?.inUse, 'a slab comes from this pool and is given back once');
    return slab;
  }

  #allocate(size: number, budget: number): Slab {
    // Free slabs of other sizes must not add to the budget: they go before a new one comes.
    if (this.#bytesInUse + this.#bytesFree + size > budget) this.#free(Number.POSITIVE_INFINITY);
    const slab = { id: this.#nextId++, memory: new SharedArrayBuffer(size), inUse: false, freeSinceMs: 0 };
    this.#byMemory.set(slab.memory, slab);
    return slab;
  }

  #freeIdle(): void {
    this.#idleTimer = undefined;
    this.#free(this.#clock.now() - this.#idleMs);
    if (this.#bytesFree > 0) this.#idleTimer = this.#clock.after(this.#idleMs, () => this.#freeIdle());
  }

  /** The stack's top is used first, so that what lies at the bottom for long is really not needed. */
  #free(freeSinceMs: number): void {
    for (const [size, free] of this.#bySize) {
      const kept = free.filter((slab) => slab.freeSinceMs > freeSinceMs);
      for (const slab of free) {
        if (slab.freeSinceMs > freeSinceMs) continue;
        this.#byMemory.delete(slab.memory);
        this.#bytesFree -= size;
        this.#onFreed(slab.id);
      }
      if (kept.length === 0) this.#bySize.delete(size);
      else this.#bySize.set(size, kept);
    }
  }
}
