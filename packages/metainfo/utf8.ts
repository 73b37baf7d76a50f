// UTF-8 of strangers. Invariant: decoding never fails; what is not UTF-8 becomes U+FFFD, a byte order mark is kept.

/** Text of those bytes. */
export function decodeUtf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** Text of a dictionary's key, which holds one byte a character. */
export function decodeUtf8Key(key: string): string {
  return isAscii(key) ? key : Buffer.from(key, 'latin1').toString('utf8');
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}
