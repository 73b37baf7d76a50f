// The members of the overlay that were there last, so that a client comes back to them when every bootstrap is gone.
// Invariant: the file is whole whenever it is there; one that cannot be read or written costs only time.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatAddress, type PeerAddress } from '@enjambre/metainfo';
import { readPeer } from '../flag-values.ts';
import { writeWholeFile } from './whole-file.ts';

export class ContactFile {
  readonly #path: string;

  constructor(folder: string) {
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
      writeWholeFile(this.#path, `${JSON.stringify(contacts.map(formatAddress))}\n`);
    } catch {
      // A full disk says so where it matters; the bootstraps are there for next time.
    }
  }
}
