// The members of the overlay that were there last, so that a client comes back to them when every bootstrap is gone.
// Invariant: the file is whole whenever it is there; one that cannot be read or written costs only time.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatAddress, type PeerAddress } from '@enjambre/metainfo';
import { readPeer } from '../flag-values.ts';

export class ContactFile {
  readonly #folder: string;
  readonly #path: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#path = join(folder, 'overlay-members.json');
  }

  load(): PeerAddress[] {
    try {
      const content: unknown = JSON.parse(readFileSync(this.#path, 'utf8'));
      return Array.isArray(content) ? content.map((text) => readPeer(String(text))) : [];
    } catch {
      return [];
    }
  }

  save(contacts: readonly PeerAddress[]): void {
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      writeFileSync(`${this.#path}.new`, `${JSON.stringify(contacts.map(formatAddress))}\n`, { mode: 0o600 });
      renameSync(`${this.#path}.new`, this.#path);
    } catch {
      // A full disk says so where it matters; the bootstraps are there for next time.
    }
  }
}
