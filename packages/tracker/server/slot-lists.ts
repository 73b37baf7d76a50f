// Lists of peers' rows and addresses, very many small ones and a few huge ones, in few arrays. Invariant: a list's capacity is one
// of a few up to a page, and what it needs beyond; a page holds lists of one capacity and is given back when the last of them goes.

const PAGE_BITS = 12;
const PAGE_PLACES = 2 ** PAGE_BITS;
const OFFSET_MASK = PAGE_PLACES - 1;
/** Lists of more than a page grow by a quarter: a huge swarm must not keep as much again in reserve. */
const LARGE_GROWTH = 1.25;
/** Half as much again, in turn with a third: most lists are short, and their spare room counts for most. */
const CAPACITIES = [
  1,
  2,
  3,
  4,
  6,
  8,
  12,
  16,
  24,
  32,
  48,
  64,
  96,
  128,
  192,
  256,
  384,
  512,
  1024,
  2048,
  PAGE_PLACES,
] as const;
const LARGE = CAPACITIES.length;
const NONE = -1;

/** Where lists stand. */
export interface SlotPage {
  /** A row at each place. */
  rows: Uint32Array<ArrayBuffer>;
  /** An address at each place, all of one width. */
  addresses: Uint8Array<ArrayBuffer>;
}

interface Page extends SlotPage {
  /** Which of `CAPACITIES` its lists have; `LARGE`: one list, the whole of it. */
  kind: number;
  used: number;
  /** First free place, or `NONE`; each free place holds the next one, the last one itself. */
  free: number;
  /** Neighbours among the pages of this kind that have a free place. */
  before: number;
  behind: number;
}

export class SlotLists {
  readonly #width: number;
  readonly #pages: Page[] = [];
  readonly #vacant: number[] = [];
  /** By kind: the first page with a free place. */
  readonly #open = new Array<number>(CAPACITIES.length).fill(NONE);

  /** @param width bytes of an address */
  constructor(width: number) {
    this.#width = width;
  }

  /** The page that the list's entries stand in, from the place `startOf` on. Until it is resized. */
  pageOf(list: number): SlotPage {
    return this.#pages[list >>> PAGE_BITS];
  }

  startOf(list: number): number {
    return list & OFFSET_MASK;
  }

  capacityOf(list: number): number {
    const { kind, rows } = this.#pages[list >>> PAGE_BITS];
    return kind === LARGE ? rows.length : CAPACITIES[kind];
  }

  /** An empty list for one entry. */
  create(): number {
    return this.#allocate(1);
  }

  /** The list's first `length` entries in one that has room for `room`. @returns what it is called from now on */
  resize(list: number, length: number, room: number): number {
    const page = this.#pages[list >>> PAGE_BITS];
    const isLarge = page.kind === LARGE;
    const places = isLarge && room > page.rows.length ? Math.max(room, Math.ceil(length * LARGE_GROWTH)) : room;
    const width = this.#width;
    if (isLarge && places > PAGE_PLACES) {
      // What it had is given back at once, and not when garbage is collected: that may be as much as all of it.
      page.rows = new Uint32Array(page.rows.buffer.transfer(places * page.rows.BYTES_PER_ELEMENT));
      page.addresses = new Uint8Array(page.addresses.buffer.transfer(places * width));
      return list;
    }
    const start = this.startOf(list);
    const moved = this.#allocate(places);
    const to = this.pageOf(moved);
    const startThere = this.startOf(moved);
    to.rows.set(page.rows.subarray(start, start + length), startThere);
    to.addresses.set(page.addresses.subarray(start * width, (start + length) * width), startThere * width);
    this.release(list);
    return moved;
  }

  release(list: number): void {
    const number = list >>> PAGE_BITS;
    const page = this.#pages[number];
    page.used--;
    if (page.kind === LARGE) {
      page.rows = NO_PAGE.rows;
      page.addresses = NO_PAGE.addresses;
      this.#vacant.push(number);
      return;
    }
    const wasFull = page.free === NONE;
    const place = list & OFFSET_MASK;
    page.rows[place] = wasFull ? place : page.free;
    page.free = place;
    if (page.used > 0) {
      if (wasFull) this.#enlist(number, page);
      return;
    }
    if (!wasFull) this.#strike(page);
    this.#vacant.push(number);
  }

  #allocate(room: number): number {
    if (room > PAGE_PLACES) return this.#takePage(LARGE, room) * PAGE_PLACES;
    const kind = CAPACITIES.findIndex((capacity) => capacity >= room);
    let number = this.#open[kind];
    if (number === NONE) {
      number = this.#takePage(kind, PAGE_PLACES);
      this.#enlist(number, this.#pages[number]);
    }
    const page = this.#pages[number];
    const place = page.free;
    const next = page.rows[place];
    page.used++;
    page.free = next === place ? NONE : next;
    if (page.free === NONE) this.#strike(page);
    return number * PAGE_PLACES + place;
  }

  #takePage(kind: number, places: number): number {
    const number = this.#vacant.pop() ?? this.#pages.length;
    const old = this.#pages[number]?.rows.length === places ? this.#pages[number] : undefined;
    const page: Page = {
      rows: old?.rows ?? new Uint32Array(places),
      addresses: old?.addresses ?? new Uint8Array(places * this.#width),
      kind,
      used: kind === LARGE ? 1 : 0,
      free: kind === LARGE ? NONE : 0,
      before: NONE,
      behind: NONE,
    };
    this.#pages[number] = page;
    if (kind !== LARGE) {
      const step = CAPACITIES[kind];
      const last = (Math.floor(PAGE_PLACES / step) - 1) * step;
      for (let place = 0; place <= last; place += step) page.rows[place] = Math.min(place + step, last);
    }
    return number;
  }

  #enlist(number: number, page: Page): void {
    page.before = NONE;
    page.behind = this.#open[page.kind];
    if (page.behind !== NONE) this.#pages[page.behind].before = number;
    this.#open[page.kind] = number;
  }

  #strike(page: Page): void {
    if (page.before === NONE) this.#open[page.kind] = page.behind;
    else this.#pages[page.before].behind = page.behind;
    if (page.behind !== NONE) this.#pages[page.behind].before = page.before;
  }
}

/** Holds nothing. */
export const NO_PAGE: SlotPage = { rows: new Uint32Array(0), addresses: new Uint8Array(0) };
