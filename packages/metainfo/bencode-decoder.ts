// Bencode (BEP 3) from strangers: strict, in one pass, nothing allocated on the word of a length.
// Invariant: what is accepted has one meaning; the only leniency is the order of keys, which is reported.

import { BencodeDictionary, type BencodeValue, type DictionaryItems, ENTRY_ITEMS } from './bencode-dictionary.ts';
import { BencodeError } from './errors.ts';

/** Far above any real message or .torrent (a v2 file tree is the deepest), far below the end of the stack. */
const MAX_DEPTH = 100;
/** BEP 3 sets no bound; turning digits into a bigint is quadratic, so there must be one. */
const MAX_INTEGER_DIGITS = 1024;
/** Up to here digits add up exactly in a double. */
const MAX_EXACT_DIGITS = 15;

/** Enough that the few keys of a .torrent rarely meet in one slot. */
const KEY_CACHE_SLOTS = 64;

const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const COLON = 0x3a;
const MINUS = 0x2d;
const LETTER_D = 0x64;
const LETTER_E = 0x65;
const LETTER_I = 0x69;
const LETTER_L = 0x6c;

export interface DecodeOptions {
  /** How deep lists and dictionaries may stand in each other; 100. */
  readonly maxDepth?: number;
}

/**
 * Decodes the value that `bytes` begins with; `length` is how many bytes it takes. What follows is the caller's: messages
 * carry a payload there (BEP 9 `ut_metadata`), servers and mail programs leave line ends. Byte strings are views of `bytes`,
 * so keep those as they are.
 * `unsortedKeys`: some dictionary's keys are not in byte order, so an encoding of the value has other bytes.
 * @throws BencodeError
 */
export function decodeBencode(
  bytes: Uint8Array,
  options?: DecodeOptions,
): { value: BencodeValue; length: number; unsortedKeys: boolean } {
  const decoder = new Decoder(bytes, options?.maxDepth ?? MAX_DEPTH);
  const value = decoder.value(0);
  return { value, length: decoder.position, unsortedKeys: decoder.unsortedKeys };
}

class Decoder {
  position = 0;
  unsortedKeys = false;
  readonly #bytes: Uint8Array;
  readonly #text: Buffer;
  readonly #maxDepth: number;
  /** Items of all lists and dictionaries that are not at their end yet, the outermost first. */
  readonly #items: Array<BencodeValue | string> = [];
  #top = 0;
  readonly #keyCache: string[] = [];

  constructor(bytes: Uint8Array, maxDepth: number) {
    // A plain view, so that slices are plain Uint8Arrays whatever the caller had.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#maxDepth = maxDepth;
  }

  value(depth: number): BencodeValue {
    const byte = this.#peek('a value');
    if (isDigit(byte)) return this.#string();
    if (byte === LETTER_I) return this.#integer();
    if (byte !== LETTER_L && byte !== LETTER_D) {
      throw new BencodeError('unexpected-byte', `no value begins with ${describe(byte)}`, this.position);
    }
    if (depth === this.#maxDepth) {
      throw new BencodeError(
        'too-deep',
        `more than ${this.#maxDepth} lists and dictionaries in each other`,
        this.position,
      );
    }
    return byte === LETTER_L ? this.#list(depth + 1) : this.#dictionary(depth + 1);
  }

  #list(depth: number): BencodeValue[] {
    this.position++;
    const base = this.#top;
    while (this.#peek('the end of a list') !== LETTER_E) this.#push(this.value(depth));
    this.position++;
    return this.#takeItems(base) as BencodeValue[];
  }

  #dictionary(depth: number): BencodeDictionary {
    const start = this.position++;
    const base = this.#top;
    let previous: string | undefined;
    let seen: Set<string> | undefined;
    while (this.#peek('the end of a dictionary') !== LETTER_E) {
      const keyOffset = this.position;
      const key = this.#key();
      // While keys rise no key can repeat; only a dictionary out of order pays for a set.
      if (previous !== undefined && key <= previous && seen === undefined) {
        seen = new Set(this.#items.slice(base, this.#top).filter((_, index) => index % ENTRY_ITEMS === 0) as string[]);
        this.unsortedKeys = true;
      }
      if (seen?.has(key)) {
        throw new BencodeError('duplicate-key', `the key ${JSON.stringify(key.slice(0, 64))} stands twice`, keyOffset);
      }
      seen?.add(key);
      previous = key;
      this.#push(key);
      this.#push(this.position);
      this.#push(this.value(depth));
    }
    this.position++;
    return new BencodeDictionary(this.#bytes, start, this.position, this.#takeItems(base) as DictionaryItems);
  }

  #push(item: BencodeValue | string): void {
    this.#items[this.#top++] = item;
  }

  /** Cuts what was collected since `base` off, into an array that is exactly as long: there may be 100,000 of them. */
  #takeItems(base: number): Array<BencodeValue | string> {
    const items = this.#items.slice(base, this.#top);
    this.#top = base;
    return items;
  }

  #key(): string {
    if (!isDigit(this.#bytes[this.position])) {
      throw new BencodeError('key-not-string', 'a key of a dictionary is not a string', this.position);
    }
    const length = this.#length();
    const start = this.position;
    this.position += length;
    // The same few keys stand in every file's dictionary: one string serves them all.
    const slot = (length + this.#bytes[start]) % KEY_CACHE_SLOTS;
    const cached = this.#keyCache[slot];
    if (cached?.length === length && this.#standsAt(cached, start)) return cached;
    const key = this.#text.toString('latin1', start, this.position);
    this.#keyCache[slot] = key;
    return key;
  }

  #standsAt(text: string, start: number): boolean {
    for (let index = 0; index < text.length; index++) {
      if (text.charCodeAt(index) !== this.#bytes[start + index]) return false;
    }
    return true;
  }

  #string(): Uint8Array {
    const length = this.#length();
    const start = this.position;
    this.position = start + length;
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + start, length);
  }

  /** Reads `123:` and leaves the position after it. No more than what is left is ever returned. */
  #length(): number {
    const bytes = this.#bytes;
    const start = this.position;
    let length = 0;
    let position = start;
    for (; position < bytes.length && isDigit(bytes[position]); position++) {
      length = length * 10 + bytes[position] - DIGIT_0;
      if (length > bytes.length) {
        throw new BencodeError('string-beyond-end', 'a string is longer than what is left', start);
      }
    }
    this.position = position;
    if (this.#peek('the length of a string') !== COLON) {
      throw new BencodeError(
        'bad-length',
        `the length of a string is followed by ${describe(bytes[position])}`,
        position,
      );
    }
    if (bytes[start] === DIGIT_0 && position > start + 1) {
      throw new BencodeError('bad-length', 'the length of a string begins with a zero', start);
    }
    const left = bytes.length - position - 1;
    if (length > left) {
      throw new BencodeError('string-beyond-end', `a string of ${length} bytes, but ${left} are left`, start);
    }
    this.position = position + 1;
    return length;
  }

  #integer(): number | bigint {
    const bytes = this.#bytes;
    const start = this.position;
    const negative = bytes[start + 1] === MINUS;
    const firstDigit = start + (negative ? 2 : 1);
    let position = firstDigit;
    let value = 0;
    for (; position < bytes.length && isDigit(bytes[position]); position++) {
      value = value * 10 + bytes[position] - DIGIT_0;
      if (position - firstDigit >= MAX_INTEGER_DIGITS) {
        throw new BencodeError('bad-integer', `an integer of more than ${MAX_INTEGER_DIGITS} digits`, start);
      }
    }
    this.position = position;
    if (this.#peek('an integer') !== LETTER_E) {
      throw new BencodeError('bad-integer', `${describe(bytes[position])} stands in an integer`, position);
    }
    const digits = position - firstDigit;
    if (digits === 0) throw new BencodeError('bad-integer', 'an integer has no digits', start);
    if (bytes[firstDigit] === DIGIT_0 && (negative || digits > 1)) {
      throw new BencodeError(
        'bad-integer',
        negative ? 'an integer begins with -0' : 'an integer begins with a zero',
        start,
      );
    }
    this.position = position + 1;
    if (digits <= MAX_EXACT_DIGITS) return negative ? -value : value;
    const exact = BigInt(this.#text.toString('latin1', start + 1, position));
    const rounded = Number(exact);
    return Number.isSafeInteger(rounded) ? rounded : exact;
  }

  /** The byte at the position, which must not be the end. */
  #peek(inWhat: string): number {
    if (this.position >= this.#bytes.length) {
      throw new BencodeError('unexpected-end', `the bytes end where ${inWhat} should be`, this.position);
    }
    return this.#bytes[this.position];
  }
}

function isDigit(byte: number): boolean {
  return byte >= DIGIT_0 && byte <= DIGIT_9;
}

function describe(byte: number): string {
  const printable = byte > 0x20 && byte < 0x7f;
  return printable ? JSON.stringify(String.fromCharCode(byte)) : `the byte 0x${byte.toString(16).padStart(2, '0')}`;
}
