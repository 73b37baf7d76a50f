// The keys of a network: the first seals what we send, all of them open what comes. Invariant: never empty; a network
// without a key has one that everybody knows, so that there is one way for bytes to go.

export interface KeyRing {
  /** 32 bytes each. */
  readonly keys: readonly Uint8Array[];
  /** False: anybody may read and write, so nobody beyond loopback and private addresses is talked to. */
  readonly isSecret: boolean;
}

const KEY_LENGTH = 32;
/** While keys change there are two; a few more do no harm, each costs a stranger's datagram one more try. */
const MOST_KEYS = 8;

/** SHA-256 of `enjambre overlay without a key`. */
const OPEN_KEY = 'bbaa7941b9cf6ff15e6bc8ed691d14920a82d3fe4c4e5b7d069fcf53821c9236';

/** What everybody knows: what is sealed with it is whole and not a replay, but no secret. */
export const openKeyRing: KeyRing = {
  keys: [Buffer.from(OPEN_KEY, 'hex')],
  isSecret: false,
};

/**
 * Reads keys as a file or variable holds them: one a line or between commas, each 64 hexadecimal digits or 44 characters
 * of base64; what follows a `#` is a comment.
 * @throws Error a sentence that says what is wrong, without the key
 */
export function parseKeyRing(text: string): KeyRing {
  const words = text
    .split(/[\r\n,]+/)
    .map((line) => line.replace(/#.*$/, '').trim())
    .filter(Boolean);
  if (words.length === 0) throw new Error('it holds no key; make one with openssl rand -hex 32');
  if (words.length > MOST_KEYS) throw new Error(`it holds more than ${MOST_KEYS} keys`);
  const keys = words.map((word, index) => {
    const key = /^[0-9a-f]{64}$/i.test(word) ? Buffer.from(word, 'hex') : Buffer.from(word, 'base64');
    const isBase64 = /^[0-9A-Za-z+/]{43}=$/.test(word);
    if (key.length === KEY_LENGTH && (isBase64 || word.length === 2 * KEY_LENGTH)) return key;
    throw new Error(`key ${index + 1} is neither 64 hexadecimal digits nor 44 characters of base64`);
  });
  return { keys, isSecret: true };
}
