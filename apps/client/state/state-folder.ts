// What a client remembers besides its data: the .torrent files it was sent, and which torrents were paused by themselves.
// `<info hash>.torrent` is a torrent, an empty `<info hash>.paused` a mark. Nothing is there before there is something.
// Invariant: a .torrent is whole whenever it is there.

import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolderSync } from '@enjambre/runtime';
import { reasonOf, StartError } from '../errors.ts';
import { writeWholeFile } from './whole-file.ts';

const NAME = /^([0-9a-f]{40})\.(torrent|paused)$/;
const UNFINISHED = /^[0-9a-f]{40}\.torrent\.new$/;
/** A younger one may be another client's, which is writing it. */
const ABANDONED_AGE_MS = 60 * 60 * 1000;

export class StateFolder {
  readonly #path: string;
  readonly #paused = new Set<string>();
  readonly #kept = new Set<string>();

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Reads what is there, and clears away what a client that was killed did not finish.
   * @throws StartError when it cannot be read
   */
  open(): void {
    for (const name of namesIn(this.#path)) {
      if (UNFINISHED.test(name)) removeAbandoned(join(this.#path, name));
      const [, infoHash, kind] = NAME.exec(name) ?? [];
      if (infoHash !== undefined) (kind === 'paused' ? this.#paused : this.#kept).add(infoHash);
    }
  }

  /** Paths of the .torrent files that are kept. */
  get torrentPaths(): string[] {
    return [...this.#kept].sort().map((infoHash) => this.torrentPath(infoHash));
  }

  torrentPath(infoHash: string): string {
    return join(this.#path, `${infoHash}.torrent`);
  }

  isPaused(infoHash: string): boolean {
    return this.#paused.has(infoHash);
  }

  /** Remembers a torrent. @throws the system's error when it cannot be written */
  keep(infoHash: string, bytes: Uint8Array): void {
    writeWholeFile(this.torrentPath(infoHash), bytes);
    this.#kept.add(infoHash);
  }

  /** Forgets a torrent and its mark. @throws the system's error */
  drop(infoHash: string): void {
    if (this.#kept.has(infoHash)) rmSync(this.torrentPath(infoHash), { force: true });
    this.#kept.delete(infoHash);
    this.setPaused(infoHash, false);
  }

  /** @throws the system's error when it cannot be written */
  setPaused(infoHash: string, paused: boolean): void {
    if (this.#paused.has(infoHash) === paused) return;
    const path = join(this.#path, `${infoHash}.paused`);
    if (paused) {
      makeFolderSync(this.#path, 0o700);
      writeFileSync(path, '');
      this.#paused.add(infoHash);
    } else {
      rmSync(path, { force: true });
      this.#paused.delete(infoHash);
    }
  }

  /** No torrent is paused by itself any more. @throws the system's error */
  clearPaused(): void {
    for (const infoHash of [...this.#paused]) this.setPaused(infoHash, false);
  }
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new StartError('state-folder', `--state-dir ${path}: cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

function removeAbandoned(path: string): void {
  try {
    if (Date.now() - statSync(path).mtimeMs > ABANDONED_AGE_MS) rmSync(path);
  } catch {
    // Gone meanwhile, or not ours to remove: it is in nobody's way.
  }
}
