// Lists of peers' rows and addresses, very many small ones and a few huge ones, in few arrays. Invariant: a list's capacity is a
// power of two up to a page, and whole pages beyond; a page holds lists of one capacity and is given back when the last of them goes.

const PAGE_BITS = 12;
const PAGE_PLACES = 2 ** PAGE_BITS;
const OFFSET_MASK = PAGE_PLACES - 1;
/** Lists of more than a page grow by a quarter: a huge swarm must not keep as much again in reserve. */
const LARGE_GROWTH = 1.25;
const LARGE = PAGE_BITS + 1;
const NONE = -1;

/** Where lists stand. */
export interface SlotPage {
  /** A row at each place. */
  rows: Uint32Array;
  /** An address at each place, all of one width. */
  addresses: Uint8Array;
}

interface Page extends SlotPage {
  /** Capacity of its lists as power of two; `LARGE`: one list, the whole of it. */
  power: number;
  used: number;
  /** First free place, or `NONE`; each free place holds the next one, the last one itself. */
  free: number;
  /** Neighbours among the pages of this power that have a free place. */
  before: number;
  behind: number;
}

export class SlotLists {
  readonly #width: number;
  readonly #pages: Page[] = [];
  readonly #vacant: number[] = [];
  /** By power: the first page with a free place. */
  readonly #open = new Array<number>(PAGE_BITS + 1).fill(NONE);

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
    const { power, rows } = this.#pages[list >>> PAGE_BITS];
    return power === LARGE ? rows.length : 2 ** power;
  }

  /** An empty list for one entry. */
  create(): number {
    return this.#allocate(1);
  }

  /** The list's first `length` entries in one that has room for `room`. @returns what it is called from now on */
  resize(list: number, length: number, room: number): number {
    const power = this.#pages[list >>> PAGE_BITS].power;
    const isGrowth = room > this.capacityOf(list);
    const isLarge = power === LARGE && isGrowth;
    const moved = this.#allocate(isLarge ? Math.max(room, Math.ceil(length * LARGE_GROWTH)) : room);
    const from = this.pageOf(list);
    const start = this.startOf(list);
    const to = this.pageOf(moved);
    const startThere = this.startOf(moved);
    const width = this.#width;
    to.rows.set(from.rows.subarray(start, start + length), startThere);
    to.addresses.set(from.addresses.subarray(start * width, (start + length) * width), startThere * width);
    this.release(list);
    return moved;
  }

  release(list: number): void {
    const number = list >>> PAGE_BITS;
    const page = this.#pages[number];
    page.used--;
    if (page.power === LARGE) {
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
    const power = 32 - Math.clz32(room - 1);
    let number = this.#open[power];
    if (number === NONE) {
      number = this.#takePage(power, PAGE_PLACES);
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

  #takePage(power: number, places: number): number {
    const number = this.#vacant.pop() ?? this.#pages.length;
    const old = this.#pages[number]?.rows.length === places ? this.#pages[number] : undefined;
    const page: Page = {
      rows: old?.rows ?? new Uint32Array(places),
      addresses: old?.addresses ?? new Uint8Array(places * this.#width),
      power,
      used: power === LARGE ? 1 : 0,
      free: power === LARGE ? NONE : 0,
      before: NONE,
      behind: NONE,
    };
    this.#pages[number] = page;
    if (power !== LARGE) {
      const step = 2 ** power;
      for (let place = 0; place < PAGE_PLACES; place += step)
        page.rows[place] = Math.min(place + step, PAGE_PLACES - step);
    }
    return number;
  }

  #enlist(number: number, page: Page): void {
    page.before = NONE;
    page.behind = this.#open[page.power];
    if (page.behind !== NONE) this.#pages[page.behind].before = number;
    this.#open[page.power] = number;
  }

  #strike(page: Page): void {
    if (page.before === NONE) this.#open[page.power] = page.behind;
    else this.#pages[page.before].behind = page.behind;
    if (page.behind !== NONE) this.#pages[page.behind].before = page.before;
  }
}

/** Holds nothing. */
export const NO_PAGE: SlotPage = { rows: new Uint32Array(0), addresses: new Uint8Array(0) };
