// Lists of numbers, very many small ones and a few huge ones, in few arrays. Invariant: a list's capacity is a power of two up to
// a page, and whole pages beyond; a page holds lists of one capacity and is given back when the last of them goes.

const PAGE_BITS = 12;
const PAGE_WORDS = 2 ** PAGE_BITS;
const OFFSET_MASK = PAGE_WORDS - 1;
/** Lists of more than a page grow by a quarter: a huge swarm must not keep as much again in reserve. */
const LARGE_GROWTH = 1.25;
const LARGE = PAGE_BITS + 1;
const NONE = -1;

interface Page {
  words: Uint32Array;
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
  readonly #pages: Page[] = [];
  readonly #vacant: number[] = [];
  /** By power: the first page with a free place. */
  readonly #open = new Array<number>(PAGE_BITS + 1).fill(NONE);

  /** The array that the list's entries stand in, from `startOf` on. Until it is resized. */
  wordsOf(list: number): Uint32Array {
    return this.#pages[list >>> PAGE_BITS].words;
  }

  startOf(list: number): number {
    return list & OFFSET_MASK;
  }

  capacityOf(list: number): number {
    const { power, words } = this.#pages[list >>> PAGE_BITS];
    return power === LARGE ? words.length : 2 ** power;
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
    const from = this.wordsOf(list);
    const start = this.startOf(list);
    this.wordsOf(moved).set(from.subarray(start, start + length), this.startOf(moved));
    this.release(list);
    return moved;
  }

  release(list: number): void {
    const number = list >>> PAGE_BITS;
    const page = this.#pages[number];
    page.used--;
    if (page.power === LARGE) {
      page.words = EMPTY;
      this.#vacant.push(number);
      return;
    }
    const wasFull = page.free === NONE;
    const place = list & OFFSET_MASK;
    page.words[place] = wasFull ? place : page.free;
    page.free = place;
    if (page.used > 0) {
      if (wasFull) this.#enlist(number, page);
      return;
    }
    if (!wasFull) this.#strike(page);
    this.#vacant.push(number);
  }

  #allocate(room: number): number {
    if (room > PAGE_WORDS) return this.#takePage(LARGE, room) * PAGE_WORDS;
    const power = 32 - Math.clz32(room - 1);
    let number = this.#open[power];
    if (number === NONE) {
      number = this.#takePage(power, PAGE_WORDS);
      this.#enlist(number, this.#pages[number]);
    }
    const page = this.#pages[number];
    const place = page.free;
    const next = page.words[place];
    page.used++;
    page.free = next === place ? NONE : next;
    if (page.free === NONE) this.#strike(page);
    return number * PAGE_WORDS + place;
  }

  #takePage(power: number, words: number): number {
    const number = this.#vacant.pop() ?? this.#pages.length;
    const reusable = this.#pages[number]?.words.length === words;
    const page: Page = {
      words: reusable ? this.#pages[number].words : new Uint32Array(words),
      power,
      used: power === LARGE ? 1 : 0,
      free: power === LARGE ? NONE : 0,
      before: NONE,
      behind: NONE,
    };
    this.#pages[number] = page;
    if (power !== LARGE) {
      const step = 2 ** power;
      for (let place = 0; place < PAGE_WORDS; place += step)
        page.words[place] = Math.min(place + step, PAGE_WORDS - step);
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

const EMPTY = new Uint32Array(0);
