// Read-ahead for uploads: a peer that asks for a block asks for its neighbours next, so they are read with it: the piece,
// and what it has asked for behind it, as far as one extent goes.
// Invariant: an extent holds only bytes of pieces that were had when it was read (those never change), and its memory
// is not used again while a view of it is out.

import { type Clock, invariant, type Timer } from '@enjambre/runtime';
import type { BlockView } from './piece-store.ts';

/** A torrent's bytes. Offsets count from the torrent's start. */
export interface ExtentSource {
  /** Bytes of each piece but the last. */
  readonly pieceLength: number;
  /** The verified bytes around `position`, within [from, end). */
  verifiedAround(position: number, from: number, end: number): { from: number; end: number };
  /** Fills `target` with verified bytes. @throws StorageError */
  fill(target: Buffer, position: number): Promise<void>;
}

export interface ExtentCacheOptions {
  readonly clock: Clock;
  readonly slotCount?: number;
  readonly idleMs?: number | undefined;
}

interface Slot {
  readonly memory: Buffer;
  source: ExtentSource | undefined;
  from: number;
  end: number;
  /** Where in the torrent `memory` begins. */
  base: number;
  loaded: Promise<void>;
  isLoaded: boolean;
  pins: number;
  /** How much of it nobody has asked for, as far as each byte is asked for once. */
  unsentBytes: number;
  lastUse: number;
  lastUseMs: number;
}

// One read of 1 MiB costs hardly more than one of 16 KiB; larger ones fall out of the processor's cache.
const EXTENT_LENGTH = 2 ** 20;
const DEFAULT_SLOT_COUNT = 16;
const DEFAULT_IDLE_MS = 30_000;

export class ExtentCache {
  readonly #clock: Clock;
  readonly #slotCount: number;
  readonly #idleMs: number;
  #slots: Slot[] = [];
  #uses = 0;
  #idleTimer: Timer | undefined;

  constructor(options: ExtentCacheOptions) {
    this.#clock = options.clock;
    this.#slotCount = options.slotCount ?? DEFAULT_SLOT_COUNT;
    this.#idleMs = options.idleMs ?? DEFAULT_IDLE_MS;
  }

  /** Bytes of memory held. */
  get bytes(): number {
    return this.#slots.length * EXTENT_LENGTH;
  }

  /**
   * `length` verified bytes of `source`: a view without a copy when they lie in one extent, at once when that was read
   * already. Rejects with a StorageError.
   * @param wanted bytes from `position` on that are known to be asked for
   */
  view(source: ExtentSource, position: number, length: number, wanted = length): BlockView | Promise<BlockView> {
    const extentEnd = (Math.floor(position / EXTENT_LENGTH) + 1) * EXTENT_LENGTH;
    if (position + length > extentEnd) return this.#assemble(source, position, length, wanted);
    const slot = this.#find(source, position, length) ?? this.#load(this.#freeSlot(true), source, position, wanted);
    if (slot === undefined) return readAlone(source, position, length);
    this.#pin(slot);
    slot.unsentBytes -= length;
    const from = position - slot.base;
    return slot.isLoaded ? new PinnedView(slot, from, length) : this.#viewWhenLoaded(slot, source, from, length);
  }

  /** Reads ahead what `view` would, unless memory for that would have to come from an extent that was not sent yet. */
  prepare(source: ExtentSource, position: number, wanted = 0): void {
    if (this.#find(source, position, 1) !== undefined) return;
    const slot = this.#load(this.#freeSlot(false), source, position, wanted);
    if (slot === undefined) return;
    this.#pin(slot);
    // Who asks for it hears why it could not be read.
    this.#viewWhenLoaded(slot, source, 0, 0).then(
      (view) => view.release(),
      () => {},
    );
  }

  /** Forgets what was read from that source; its memory stays with views that are still out. */
  drop(source: ExtentSource): void {
    for (const slot of this.#slots) if (slot.source === source) slot.source = undefined;
  }

  /** Gives the memory back. */
  close(): void {
    this.#idleTimer?.cancel();
    this.#idleTimer = undefined;
    this.#slots = [];
  }

  async #viewWhenLoaded(slot: Slot, source: ExtentSource, from: number, length: number): Promise<BlockView> {
    try {
      await slot.loaded;
    } catch (error) {
      slot.pins--;
      if (slot.source === source) slot.source = undefined;
      throw error;
    }
    slot.isLoaded = true;
    return new PinnedView(slot, from, length);
  }

  async #assemble(source: ExtentSource, position: number, length: number, wanted: number): Promise<BlockView> {
    const bytes = Buffer.allocUnsafe(length);
    for (let at = 0; at < length; ) {
      const start = position + at;
      const part = Math.min(length - at, EXTENT_LENGTH - (start % EXTENT_LENGTH));
      const view = await this.view(source, start, part, wanted - at);
      bytes.set(view.bytes, at);
      view.release();
      at += part;
    }
    return { bytes, release() {} };
  }

  #find(source: ExtentSource, position: number, length: number): Slot | undefined {
    for (const slot of this.#slots) {
      if (slot.source === source && slot.from <= position && position + length <= slot.end) return slot;
    }
    return undefined;
  }

  #pin(slot: Slot): void {
    slot.pins++;
    slot.lastUse = ++this.#uses;
    slot.lastUseMs = this.#clock.now();
  }

  /**
   * Starts to read into that slot, as far as one extent goes, the piece at `position` and what is wanted behind it. All of
   * the extent would be read in vain where small pieces are asked for in random order.
   */
  #load(slot: Slot | undefined, source: ExtentSource, position: number, wanted: number): Slot | undefined {
    if (slot === undefined) return undefined;
    const base = position - (position % EXTENT_LENGTH);
    const pieceStart = position - (position % source.pieceLength);
    const stop = Math.max(pieceStart + source.pieceLength, position + wanted);
    const extentEnd = base + EXTENT_LENGTH;
    const { from, end } = source.verifiedAround(position, Math.max(base, pieceStart), Math.min(extentEnd, stop));
    slot.source = source;
    slot.base = base;
    slot.from = from;
    slot.end = end;
    slot.unsentBytes = end - from;
    slot.isLoaded = false;
    slot.loaded = source.fill(slot.memory.subarray(from - base, end - base), from);
    return slot;
  }

  /**
   * One that has been sent once is used again first, the last such: few slots go round while few peers ask, and stay in
   * the processor's cache. Sixteen in turn cost a seed a fifth more processor time.
   * @param mayDisplace whether it may be one that was not sent yet
   */
  #freeSlot(mayDisplace: boolean): Slot | undefined {
    let oldest: Slot | undefined;
    let done: Slot | undefined;
    for (const slot of this.#slots) {
      if (slot.pins > 0) continue;
      if (slot.source === undefined) return slot;
      if (slot.unsentBytes <= 0 && (done === undefined || slot.lastUse > done.lastUse)) done = slot;
      if (oldest === undefined || slot.lastUse < oldest.lastUse) oldest = slot;
    }
    if (done !== undefined) return done;
    if (this.#slots.length >= this.#slotCount) return mayDisplace ? oldest : undefined;
    this.#idleTimer ??= this.#clock.every(this.#idleMs, () => this.#freeIdle());
    const slot: Slot = {
      memory: Buffer.allocUnsafeSlow(EXTENT_LENGTH),
      source: undefined,
      from: 0,
      end: 0,
      base: 0,
      loaded: Promise.resolve(),
      isLoaded: false,
      pins: 0,
      unsentBytes: 0,
      lastUse: 0,
      lastUseMs: 0,
    };
    this.#slots.push(slot);
    return slot;
  }

  #freeIdle(): void {
    const latestMs = this.#clock.now() - this.#idleMs;
    this.#slots = this.#slots.filter((slot) => slot.pins > 0 || slot.lastUseMs > latestMs);
    if (this.#slots.length > 0) return;
    this.#idleTimer?.cancel();
    this.#idleTimer = undefined;
  }
}

class PinnedView implements BlockView {
  readonly bytes: Uint8Array;
  #slot: Slot | undefined;

  constructor(slot: Slot, from: number, length: number) {
    this.#slot = slot;
    this.bytes = slot.memory.subarray(from, from + length);
  }

  release(): void {
    invariant(this.#slot !== undefined, 'a block view is released once');
    this.#slot.pins--;
    this.#slot = undefined;
  }
}

/** All slots are in use: memory of its own. */
async function readAlone(source: ExtentSource, position: number, length: number): Promise<BlockView> {
  const bytes = Buffer.allocUnsafe(length);
  await source.fill(bytes, position);
  return { bytes, release() {} };
}
