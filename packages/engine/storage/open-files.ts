// The files a disk worker has open: least recently used ones are closed first, idle ones after half a minute.
// Invariant: no file outside the archives is ever opened, whatever links lie there.

import { closeSync, constants, openSync, realpathSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import { StorageError } from './piece-store.ts';

interface OpenFile {
  readonly descriptor: number;
  readonly writable: boolean;
  lastUseMs: number;
}

const IDLE_MS = 30_000;
const SWEEP_MS = 5_000;
// Ours to read, others' as the umask says: what every other program does.
const MODE = 0o666;
const MODE_TO_RUN = 0o777;

/** @throws StorageError when `folder` (a real path) does not lie in `root` (a real path). */
export function requireInside(root: string, folder: string, path: string): void {
  if (folder === root || folder.startsWith(root.endsWith(sep) ? root : root + sep)) return;
  throw new StorageError('path-conflict', `${path} lies outside the archives: a link leads to ${folder}`);
}

export class OpenFiles {
  readonly #limit: number;
  // In the order of use: a map keeps the order of insertion, and a file is put in again when used.
  readonly #files = new Map<string, OpenFile>();
  #sweptMs = 0;

  /** @param limit how many descriptors at most */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The descriptor of that file, created when missing and `writable`. @throws the system's error, or StorageError */
  descriptor(root: string, path: string, writable: boolean, executable = false): number {
    const nowMs = performance.now();
    if (nowMs - this.#sweptMs > SWEEP_MS) this.#sweep(nowMs);
    const known = this.#files.get(path);
    if (known !== undefined && (known.writable || !writable)) {
      known.lastUseMs = nowMs;
      this.#files.delete(path);
      this.#files.set(path, known);
      return known.descriptor;
    }
    this.close(path);
    // Between this check and the opening a local user could still swap a folder for a link; who may write into the
    // archives may do that. The check is against links that were there before.
    requireInside(root, realpathSync.native(dirname(path)), path);
    const access = writable ? constants.O_RDWR | constants.O_CREAT : constants.O_RDONLY;
    const descriptor = openSync(
      path,
      access | constants.O_NOFOLLOW | constants.O_NONBLOCK,
      executable ? MODE_TO_RUN : MODE,
    );
    this.#files.set(path, { descriptor, writable, lastUseMs: nowMs });
    for (const oldest of this.#files.keys()) {
      if (this.#files.size <= this.#limit) break;
      this.close(oldest);
    }
    return descriptor;
  }

  /** Closes that file, so that the next use opens it anew. */
  close(path: string): void {
    const file = this.#files.get(path);
    if (file === undefined) return;
    this.#files.delete(path);
    closeSync(file.descriptor);
  }

  closeAll(): void {
    for (const path of [...this.#files.keys()]) this.close(path);
  }

  #sweep(nowMs: number): void {
    this.#sweptMs = nowMs;
    for (const [path, file] of this.#files) {
      if (nowMs - file.lastUseMs < IDLE_MS) break;
      this.close(path);
    }
  }
}
