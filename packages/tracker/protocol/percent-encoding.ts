// Bytes in a URL's query. Never by way of text: an info hash is 20 bytes, not UTF-8 (BEP 3).
// Invariant: percentDecode(percentEncode(bytes)) gives the same bytes.

/** RFC 3986's unreserved characters stay as they are, every other byte becomes `%XX`. */
const ENCODED: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return /[A-Za-z0-9\-._~]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
});

const PERCENT = 0x25;

/** Bytes as they stand in a query. */
export function percentEncode(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += ENCODED[byte];
  return text;
}

/**
 * The bytes that a query's name or value stands for. `text` is the request target as Node hands it over: one character a
 * byte. `+` is a plus sign, as BitTorrent clients mean it. Undefined when a `%` is not followed by two hex digits or a
 * character is not a byte.
 */
export function percentDecode(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length);
  let length = 0;
  for (let index = 0; index < text.length; index++) {
    let byte = text.charCodeAt(index);
    if (byte > 0xff) return undefined;
    if (byte === PERCENT) {
      const high = hexDigit(text.charCodeAt(index + 1));
      const low = hexDigit(text.charCodeAt(index + 2));
      if (high < 0 || low < 0) return undefined;
      byte = high * 16 + low;
      index += 2;
    }
    bytes[length++] = byte;
  }
  return bytes.subarray(0, length);
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}
