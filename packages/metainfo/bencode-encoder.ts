// Bencode (BEP 3) of ours. Invariant: one value has one encoding; keys are sorted by their bytes.

import { BencodeDictionary } from './bencode-dictionary.ts';

/**
 * What can be encoded. Text becomes UTF-8; keys have one byte a character (latin1); a record's undefined values are
 * left out.
 */
export type BencodeInput =
  | number
  | bigint
  | string
  | Uint8Array
  | readonly BencodeInput[]
  | BencodeDictionary
  | ReadonlyMap<string, BencodeInput>
  | { readonly [key: string]: BencodeInput | undefined };

const INITIAL_BYTES = 256;
/** The longest integer or length that is written in one go, with its letters: 20 digits are a 64 bit number. */
const SHORT_TEXT_BYTES = 32;
const LETTER_D = 0x64;
const LETTER_E = 0x65;
const LETTER_L = 0x6c;

/** @throws TypeError when a number is not a safe integer or a key has a character beyond U+00FF: a bug of the caller. */
export function encodeBencode(value: BencodeInput): Uint8Array {
  const encoder = new Encoder();
  encoder.value(value);
  return encoder.finish();
}

class Encoder {
  #buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  #length = 0;

  value(value: BencodeInput): void {
    if (typeof value === 'number' || typeof value === 'bigint') {
      if (typeof value === 'number' && !Number.isSafeInteger(value)) {
        throw new TypeError(`not a safe integer: ${value}`);
      }
      this.#ascii(`i${value}e`);
    } else if (typeof value === 'string') {
      const length = Buffer.byteLength(value);
      this.#ascii(`${length}:`);
      this.#reserve(length);
      this.#length += this.#buffer.write(value, this.#length, 'utf8');
    } else if (value instanceof Uint8Array) {
      this.#ascii(`${value.length}:`);
      this.#reserve(value.length);
      this.#buffer.set(value, this.#length);
      this.#length += value.length;
    } else if (Array.isArray(value)) {
      this.#byte(LETTER_L);
      for (const item of value) this.value(item);
      this.#byte(LETTER_E);
    } else {
      this.#dictionary(entriesOf(value as Exclude<typeof value, readonly BencodeInput[]>));
    }
  }

  finish(): Uint8Array {
    return new Uint8Array(this.#buffer.buffer, this.#buffer.byteOffset, this.#length);
  }

  #dictionary(entries: Array<[string, BencodeInput | undefined]>): void {
    // Characters are bytes here, so the order of the strings is the order of the bytes.
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    this.#byte(LETTER_D);
    for (const [key, value] of entries) {
      if (value === undefined) continue;
      this.#key(key);
      this.value(value);
    }
    this.#byte(LETTER_E);
  }

  #key(key: string): void {
    for (let index = 0; index < key.length; index++) {
      if (key.charCodeAt(index) > 0xff) throw new TypeError(`not a byte in the key ${JSON.stringify(key)}`);
    }
    this.#ascii(`${key.length}:`);
    this.#reserve(key.length);
    this.#length += this.#buffer.write(key, this.#length, 'latin1');
  }

  #ascii(text: string): void {
    this.#reserve(Math.max(SHORT_TEXT_BYTES, text.length));
    this.#length += this.#buffer.write(text, this.#length, 'latin1');
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = byte;
  }

  #reserve(length: number): void {
    const needed = this.#length + length;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.length));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
  }
}

function entriesOf(
  value: BencodeDictionary | ReadonlyMap<string, BencodeInput> | { readonly [key: string]: BencodeInput | undefined },
): Array<[string, BencodeInput | undefined]> {
  if (value instanceof BencodeDictionary || value instanceof Map) return [...value];
  return Object.entries(value);
}
