// A decoded dictionary: what it says, and where in the source each value stands.
// Invariant: keys are data (`__proto__` is a key like another), one byte a character (latin1), in the source's order.

import { decodeUtf8 } from './utf8.ts';

/** Integers are numbers when safe, else bigints; byte strings are views of the decoded bytes. */
export type BencodeValue = number | bigint | Uint8Array | readonly BencodeValue[] | BencodeDictionary;

/** For the decoder: key, offset of the value, value; key, offset of the value, … */
export type DictionaryItems = readonly (string | BencodeValue)[];
/** Items of one entry. */
export const ENTRY_ITEMS = 3;
/** Above this many keys an index is built at the first lookup; below, looking through the keys is faster. */
const INDEX_ABOVE_KEYS = 12;

export class BencodeDictionary {
  /** Where the dictionary's own `d` stands in the decoded bytes. */
  readonly start: number;
  readonly #source: Uint8Array;
  readonly #end: number;
  readonly #items: DictionaryItems;
  #index: Map<string, number> | undefined;

  /** For the decoder. `end` is the offset after the dictionary's `e`. */
  constructor(source: Uint8Array, start: number, end: number, items: DictionaryItems) {
    this.#source = source;
    this.start = start;
    this.#end = end;
    this.#items = items;
  }

  get size(): number {
    return this.#items.length / ENTRY_ITEMS;
  }

  has(key: string): boolean {
    return this.#position(key) !== -1;
  }

  /** The value, of any type; undefined when there is no such key. */
  get(key: string): BencodeValue | undefined {
    const position = this.#position(key);
    return position === -1 ? undefined : (this.#items[position + 2] as BencodeValue);
  }

  /** The value when it is an integer that a number holds exactly. */
  getInteger(key: string): number | undefined {
    const value = this.get(key);
    return typeof value === 'number' ? value : undefined;
  }

  getBytes(key: string): Uint8Array | undefined {
    const value = this.get(key);
    return value instanceof Uint8Array ? value : undefined;
  }

  /** The byte string read as UTF-8; what is not UTF-8 becomes U+FFFD. */
  getString(key: string): string | undefined {
    const bytes = this.getBytes(key);
    return bytes === undefined ? undefined : decodeUtf8(bytes);
  }

  getList(key: string): readonly BencodeValue[] | undefined {
    const value = this.get(key);
    return Array.isArray(value) ? value : undefined;
  }

  getDict(key: string): BencodeDictionary | undefined {
    const value = this.get(key);
    return value instanceof BencodeDictionary ? value : undefined;
  }

  /** The value's own bytes as they were sent: a view, never an encoding of ours. */
  raw(key: string): Uint8Array | undefined {
    const position = this.#position(key);
    if (position === -1) return undefined;
    return this.#source.subarray(this.#offset(position), this.#valueEnd(position));
  }

  /** Where the value begins in the decoded bytes; where the dictionary begins when there is no such key. */
  offsetOf(key: string): number {
    const position = this.#position(key);
    return position === -1 ? this.start : this.#offset(position);
  }

  *keys(): IterableIterator<string> {
    for (let position = 0; position < this.#items.length; position += ENTRY_ITEMS) yield this.#key(position);
  }

  *[Symbol.iterator](): IterableIterator<[string, BencodeValue]> {
    for (let position = 0; position < this.#items.length; position += ENTRY_ITEMS) {
      yield [this.#key(position), this.#items[position + 2] as BencodeValue];
    }
  }

  #position(key: string): number {
    if (this.size > INDEX_ABOVE_KEYS) {
      this.#index ??= new Map(Array.from(this.keys(), (name, index) => [name, index * ENTRY_ITEMS]));
      return this.#index.get(key) ?? -1;
    }
    for (let position = 0; position < this.#items.length; position += ENTRY_ITEMS) {
      if (this.#items[position] === key) return position;
    }
    return -1;
  }

  #key(position: number): string {
    return this.#items[position] as string;
  }

  #offset(position: number): number {
    return this.#items[position + 1] as number;
  }

  /** A value ends where the next key's length begins, which has one spelling only; the last ends before the `e`. */
  #valueEnd(position: number): number {
    const next = position + ENTRY_ITEMS;
    if (next === this.#items.length) return this.#end - 1;
    const { length } = this.#key(next);
    return this.#offset(next) - length - `${length}:`.length;
  }
}
