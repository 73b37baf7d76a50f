// Which info hashes the tracker serves: those of the allow list, or all; never those of the deny list.

const HASH_LENGTH = 20;

export class AdmittedHashes {
  #allowed: ReadonlySet<string> | undefined;
  #denied: ReadonlySet<string> | undefined;

  /** What is said of the others. */
  readonly refusal = 'this tracker does not serve that info hash';

  /** @param allowed, denied in lower-case hex; undefined for no list */
  replace(allowed: ReadonlySet<string> | undefined, denied: ReadonlySet<string> | undefined): void {
    this.#allowed = allowed;
    this.#denied = denied;
  }

  /** @param infoHash 20 bytes */
  has(infoHash: Uint8Array): boolean {
    if (this.#allowed === undefined && this.#denied === undefined) return true;
    const hex = Buffer.from(infoHash.buffer, infoHash.byteOffset, HASH_LENGTH).toString('hex');
    return this.#allowed?.has(hex) !== false && this.#denied?.has(hex) !== true;
  }
}

/**
 * A list as people write it: 40 hex digits a line, `#` begins a remark, empty lines are nothing.
 * @returns an error that names the line when it is something else
 */
export function parseHashList(text: string): ReadonlySet<string> | Error {
  const hashes = new Set<string>();
  for (const [index, line] of text.split('\n').entries()) {
    const word = line.replace(/#.*/, '').trim().toLowerCase();
    if (word === '') continue;
    if (!/^[0-9a-f]{40}$/.test(word)) {
      return new Error(`line ${index + 1}: ${JSON.stringify(word.slice(0, 60))} is not an info hash of 40 hex digits`);
    }
    hashes.add(word);
  }
  return hashes;
}
