// Tells whoever started the client where it listens. Invariant: the file is whole whenever it is there, and readable
// by its owner only.

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { RunFile as RunFileContent } from '@enjambre/contract';
import { reasonOf, StartError } from '../errors.ts';

export class RunFile {
  readonly #path: string;
  readonly #text: string;

  /** Writes it beside its place and moves it there. @throws StartError */
  constructor(path: string, content: RunFileContent) {
    this.#path = path;
    this.#text = `${JSON.stringify(content)}\n`;
    const draft = `${path}.${content.pid}`;
    try {
      // Whatever lies there is from a process that had our pid and died; its mode may be wider.
      rmSync(draft, { force: true });
      writeFileSync(draft, this.#text, { mode: 0o600, flag: 'wx' });
      renameSync(draft, path);
    } catch (error) {
      rmSync(draft, { force: true });
      throw new StartError('run-file', `--run-file ${path}: cannot be written: ${reasonOf(error)}`, { cause: error });
    }
  }

  /** Takes it away, unless another client has put its own there. */
  remove(): void {
    try {
      if (readFileSync(this.#path, 'utf8') === this.#text) rmSync(this.#path);
    } catch {
      // Gone, or no longer ours to touch: the client is leaving either way.
    }
  }
}
