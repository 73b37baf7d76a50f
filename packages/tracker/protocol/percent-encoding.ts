// Bytes in a URL's query. Never by way of text: an info hash is 20 bytes, not UTF-8 (BEP 3).
// Invariant: percentDecode(percentEncode(bytes)) gives the same bytes.

/** RFC 3986's unreserved characters, which stay as they are; every other byte becomes `%XX`. */
const UNRESERVED = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~';
const DIGITS = '0123456789ABCDEF';

const PERCENT = 0x25;
/** So far below zero that no other digit makes up for it. */
const NO_DIGIT = -1000;
/** What every byte is worth as a hex digit. */
const HEX_DIGITS = new Int16Array(256).fill(NO_DIGIT);
for (let value = 0; value < DIGITS.length; value++) {
  for (const digit of [DIGITS[value], DIGITS[value].toLowerCase()]) HEX_DIGITS[digit.charCodeAt(0)] = value;
}

/** Bytes as they stand in a query. */
export function percentEncode(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    text += UNRESERVED.includes(character) ? character : `%${DIGITS[byte >> 4]}${DIGITS[byte & 15]}`;
  }
  return text;
}

/** Whether two hex digits stand behind every `%`. */
export function isPercentEncoded(query: Uint8Array): boolean {
  // Behind the end nothing is a digit: a sum with it is no number, and not above zero either.
  for (let at = 0; at < query.length; at++) {
    if (query[at] === PERCENT && !(HEX_DIGITS[query[at + 1]] + HEX_DIGITS[query[at + 2]] >= 0)) return false;
  }
  return true;
}

/**
 * The bytes that a name or value stands for. `+` is a plus sign, as BitTorrent clients mean it.
 * @param query of which `isPercentEncoded` is true  @param from, to a name or value of it
 */
export function percentDecode(query: Uint8Array, from = 0, to = query.length): Uint8Array {
  let length = to - from;
  for (let at = from; at < to; at++) if (query[at] === PERCENT) length -= 2;
  const bytes = new Uint8Array(length);
  for (let at = from, written = 0; written < length; at++, written++) {
    let byte = query[at];
    if (byte === PERCENT) {
      byte = HEX_DIGITS[query[at + 1]] * 16 + HEX_DIGITS[query[at + 2]];
      at += 2;
    }
    bytes[written] = byte;
  }
  return bytes;
}
