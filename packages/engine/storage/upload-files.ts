// The files that uploads are read from: raw descriptors, shared by concurrent readers, read on the system's thread pool.
// Invariant: a descriptor with a reader is not closed; no file outside the archives is opened.

import { close, constants, open, read, realpath } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock, Timer } from '@enjambre/runtime';
import { diskError } from './disk-error.ts';
import { requireInside } from './open-files.ts';
import { StorageError } from './piece-store.ts';

interface UploadFile {
  readonly descriptor: Promise<number>;
  readers: number;
  lastUseMs: number;
}

const DEFAULT_IDLE_MS = 30_000;

export class UploadFiles {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #idleMs: number;
  // In the order of use, as OpenFiles.
  readonly #files = new Map<string, UploadFile>();
  #sweep: Timer | undefined;

  /** @param limit descriptors kept open; more only while more are being read at the same time */
  constructor(clock: Clock, limit: number, idleMs = DEFAULT_IDLE_MS) {
    this.#clock = clock;
    this.#limit = limit;
    this.#idleMs = idleMs;
  }

  /** Fills `target` from `position` of that file. @throws StorageError, also when the file ends before */
  async read(root: string, path: string, target: Uint8Array, position: number): Promise<void> {
    const file = this.#file(root, path);
    file.readers++;
    try {
      await readFully(await file.descriptor, target, position, path);
    } catch (error) {
      // The next try opens it anew: it may have been replaced, or come back with its disk.
      if (this.#files.get(path) === file) this.#files.delete(path);
      throw diskError(error, 'read', path);
    } finally {
      file.readers--;
      if (file.readers === 0 && this.#files.get(path) !== file) closeLater(file);
    }
  }

  /** Closes what nobody reads. */
  closeIdle(idleMs = 0): void {
    const latestMs = this.#clock.now() - idleMs;
    for (const [path, file] of this.#files) {
      if (file.lastUseMs > latestMs) break;
      if (file.readers === 0) this.#drop(path, file);
    }
    if (this.#files.size > 0) return;
    this.#sweep?.cancel();
    this.#sweep = undefined;
  }

  #file(root: string, path: string): UploadFile {
    let file = this.#files.get(path);
    if (file === undefined) file = { descriptor: openInside(root, path), readers: 0, lastUseMs: 0 };
    else this.#files.delete(path);
    file.lastUseMs = this.#clock.now();
    this.#files.set(path, file);
    for (const [oldPath, old] of this.#files) {
      if (this.#files.size <= this.#limit) break;
      if (old.readers === 0 && old !== file) this.#drop(oldPath, old);
    }
    this.#sweep ??= this.#clock.every(this.#idleMs, () => this.closeIdle(this.#idleMs));
    return file;
  }

  #drop(path: string, file: UploadFile): void {
    this.#files.delete(path);
    closeLater(file);
  }
}

async function openInside(root: string, path: string): Promise<number> {
  const folder = await call<string>((done) => realpath(dirname(path), done));
  requireInside(root, folder, path);
  return call((done) => open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK, done));
}

async function readFully(descriptor: number, target: Uint8Array, position: number, path: string): Promise<void> {
  for (let at = 0; at < target.length; ) {
    const got = await call<number>((done) => read(descriptor, target, at, target.length - at, position + at, done));
    if (got === 0) throw new StorageError('not-readable', `${path} is shorter than it was when it was verified`);
    at += got;
  }
}

function closeLater(file: UploadFile): void {
  // Nothing was written through it, so closing has nothing to report.
  file.descriptor.then(
    (descriptor) => close(descriptor, () => {}),
    () => {},
  );
}

function call<T>(start: (done: (error: Error | null, value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => start((error, value) => (error === null ? resolve(value) : reject(error))));
}
