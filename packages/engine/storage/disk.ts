// The system calls a store makes beside the data path, all asynchronous: a narrow door, so that a test can watch their order.

import { type BigIntStats, constants } from 'node:fs';
import { lstat, open, readFile, realpath, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { makeFolder } from '@enjambre/runtime';
import { errorCode } from './disk-error.ts';

/** What lies at a path. `mtimeNs`: nanoseconds since 1970. */
export interface PathState {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly size: number;
  readonly mtimeNs: bigint;
}

/** All reject with the system's error (a `code` such as ENOSPC). */
export interface Disk {
  /** Does not follow a link. Undefined when nothing is there. */
  state(path: string): Promise<PathState | undefined>;
  /** The path without links. */
  realPath(path: string): Promise<string>;
  /** Makes the folder and those above it; it may be there already. */
  makeFolder(path: string): Promise<void>;
  /** Makes an empty file when there is none. */
  createFile(path: string): Promise<void>;
  /** Makes a symbolic link that says `target`. */
  makeLink(target: string, path: string): Promise<void>;
  truncate(path: string, size: number): Promise<void>;
  /** Undefined when there is none. */
  read(path: string): Promise<Buffer | undefined>;
  /** Makes or replaces a file. */
  write(path: string, text: string): Promise<void>;
  /** fdatasync: the bytes, and as much of the file's entry as is needed to find them. */
  syncData(path: string): Promise<void>;
  /** fsync of a file or a folder; of a folder it makes the names in it last. */
  sync(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** It need not exist. */
  remove(path: string): Promise<void>;
}

export const systemDisk: Disk = {
  async state(path) {
    try {
      const found = await lstat(path, { bigint: true });
      return { kind: kindOf(found), size: Number(found.size), mtimeNs: found.mtimeNs };
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  },
  realPath: (path) => realpath(path),
  async makeFolder(path) {
    await makeFolder(path);
  },
  async createFile(path) {
    const handle = await open(path, constants.O_CREAT | constants.O_WRONLY | constants.O_NOFOLLOW);
    await handle.close();
  },
  makeLink: (target, path) => symlink(target, path),
  truncate: (path, size) => truncate(path, size),
  async read(path) {
    try {
      return await readFile(path);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  },
  write: (path, text) => writeFile(path, text),
  async syncData(path) {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      await handle.datasync();
    } finally {
      await handle.close();
    }
  },
  async sync(path) {
    const handle = await open(path, constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  rename: (from, to) => rename(from, to),
  remove: (path) => rm(path, { force: true }),
};

function kindOf(found: BigIntStats): PathState['kind'] {
  if (found.isFile()) return 'file';
  if (found.isDirectory()) return 'folder';
  return found.isSymbolicLink() ? 'link' : 'other';
}
