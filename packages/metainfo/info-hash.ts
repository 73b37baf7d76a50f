// The name of a torrent: SHA-1 of its info dictionary's own bytes (v1, 20 bytes), SHA-256 of them (v2, 32 bytes).

/** Bytes of a v1 info hash (BEP 3). */
export const INFO_HASH_V1_LENGTH = 20;
/** Bytes of a v2 info hash (BEP 52). */
export const INFO_HASH_V2_LENGTH = 32;

const BASE32_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const HEX = /^(?:[0-9a-f]{2})*$/i;
/** 20 bytes in base32. */
const BASE32_LENGTH = 32;

/** Lower-case hex: 40 characters for v1, 64 for v2. */
export function formatInfoHash(infoHash: Uint8Array): string {
  return infoHash.toHex();
}

/** Reads hex (v1: 40, v2: 64 characters) or base32 (v1: 32); undefined when it is none of these. */
export function parseInfoHash(text: string): Uint8Array | undefined {
  if (text.length === BASE32_LENGTH) return decodeBase32(text.toUpperCase());
  if (text.length !== 2 * INFO_HASH_V1_LENGTH && text.length !== 2 * INFO_HASH_V2_LENGTH) return undefined;
  return HEX.test(text) ? Uint8Array.fromHex(text) : undefined;
}

function decodeBase32(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array((text.length * 5) / 8);
  let bits = 0;
  let bitCount = 0;
  let length = 0;
  for (const character of text) {
    const digit = BASE32_ALPHABET.indexOf(character);
    if (digit === -1) return undefined;
    bits = ((bits << 5) | digit) & 0xfff;
    bitCount += 5;
    if (bitCount >= 8) {
      bitCount -= 8;
      bytes[length++] = bits >> bitCount;
    }
  }
  return bytes;
}
