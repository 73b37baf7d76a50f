// UTF-8 of strangers. Invariant: decoding never fails; what is not UTF-8 becomes U+FFFD, a byte order mark is kept.

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Text of those bytes. */
export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Text of a dictionary's key, which holds one byte a character. */
export function decodeUtf8Key(key: string): string {
  return isAscii(key) ? key : decodeUtf8(Buffer.from(key, 'latin1'));
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}
