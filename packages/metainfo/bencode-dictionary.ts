// A decoded dictionary: what it says, and where in the source each value stands.
// Invariant: keys are data (`__proto__` is a key like another), one byte a character (latin1), in the source's order.

import { decodeUtf8 } from './utf8.ts';

/** Integers are numbers when safe, else bigints; byte strings are views of the decoded bytes. */
export type BencodeValue = number | bigint | Uint8Array | readonly BencodeValue[] | BencodeDictionary;

/** Above this many keys an index is built at the first lookup; below, looking through the keys is faster. */
const INDEX_ABOVE_KEYS = 12;

export class BencodeDictionary {
  /** Where the dictionary's own `d` stands in the decoded bytes. */
  readonly start: number;
  readonly #source: Uint8Array;
  readonly #keys: readonly string[];
  readonly #values: readonly BencodeValue[];
  readonly #spans: readonly number[];
  #index: Map<string, number> | undefined;

  /** For the decoder. `spans` holds each value's first byte and the byte after its last, two numbers a key. */
  constructor(
    source: Uint8Array,
    start: number,
    keys: readonly string[],
    values: readonly BencodeValue[],
    spans: readonly number[],
  ) {
    this.start = start;
    this.#source = source;
    this.#keys = keys;
    this.#values = values;
    this.#spans = spans;
  }

  get size(): number {
    return this.#keys.length;
  }

  has(key: string): boolean {
    return this.#position(key) !== -1;
  }

  /** The value, of any type; undefined when there is no such key. */
  get(key: string): BencodeValue | undefined {
    const position = this.#position(key);
    return position === -1 ? undefined : this.#values[position];
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
    return this.#source.subarray(this.#spans[2 * position], this.#spans[2 * position + 1]);
  }

  /** Where the value begins in the decoded bytes; where the dictionary begins when there is no such key. */
  offsetOf(key: string): number {
    const position = this.#position(key);
    return position === -1 ? this.start : this.#spans[2 * position];
  }

  keys(): IterableIterator<string> {
    return this.#keys.values();
  }

  *[Symbol.iterator](): IterableIterator<[string, BencodeValue]> {
    for (let position = 0; position < this.#keys.length; position++) {
      yield [this.#keys[position], this.#values[position]];
    }
  }

  #position(key: string): number {
    if (this.#keys.length <= INDEX_ABOVE_KEYS) return this.#keys.indexOf(key);
    this.#index ??= new Map(this.#keys.map((name, position) => [name, position]));
    return this.#index.get(key) ?? -1;
  }
}
