// The files a torrent is made of, as they lie on disk.
// Invariant: the same folder gives the same list: names in byte order, folder by folder (the order of BEP 52's tree).

import type { Stats } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { STATE_FOLDER } from '@enjambre/metainfo';
import { CreationError, fromFileSystem } from './creation-error.ts';

export interface SourceFile {
  readonly diskPath: string;
  /** Below the root folder; the name alone for a single file. */
  readonly path: readonly string[];
  readonly size: number;
  readonly modifiedMs: number;
}

export interface Source {
  /** Name of the torrent: the file's or the folder's own. */
  readonly name: string;
  readonly isFolder: boolean;
  readonly files: readonly SourceFile[];
  readonly totalSize: number;
  /** What was left out: links that lead out of the folder or nowhere, pipes, sockets, devices. */
  readonly skipped: readonly string[];
}

/** As many as a .torrent may have. */
const MAX_FILES = 1_000_000;

/**
 * Finds the file, or all files below the folder. Links are followed where they stay in the folder; our own state
 * folders are passed over.
 * @throws CreationError
 */
export async function findSource(path: string, signal?: AbortSignal): Promise<Source> {
  const root = resolve(path);
  const name = basename(root);
  if (name === '') throw new CreationError('bad-name', `${path}: a torrent needs a name, and this folder has none`);
  const realRoot = await realpath(root).catch((error) => {
    throw fromFileSystem(error, path);
  });
  const walk = new Walk(realRoot, signal);
  const { isFile, isFolder } = await walk.visit(root, [name], [], true);
  if (!isFile && !isFolder) throw new CreationError('not-readable', `${path}: neither a file nor a folder`);
  if (walk.files.length === 0)
    throw new CreationError('nothing-to-share', `${path}: there are no files in this folder`);
  const files = isFolder ? walk.files.map((file) => ({ ...file, path: file.path.slice(1) })) : walk.files;
  const totalSize = files.reduce((sum, file) => sum + file.size, 0);
  // Other clients refuse to open a torrent without a byte.
  if (totalSize === 0) throw new CreationError('nothing-to-share', `${path}: there is not one byte to share`);
  return { name, isFolder, files, totalSize, skipped: walk.skipped };
}

class Walk {
  readonly files: SourceFile[] = [];
  readonly skipped: string[] = [];
  readonly #realRoot: string;
  readonly #signal: AbortSignal | undefined;

  constructor(realRoot: string, signal: AbortSignal | undefined) {
    this.#realRoot = realRoot;
    this.#signal = signal;
  }

  /** @param ancestors the real folders on the way here, so that a link can't lead round in circles */
  async visit(
    diskPath: string,
    path: readonly string[],
    ancestors: readonly string[],
    isRoot = false,
  ): Promise<{ isFile: boolean; isFolder: boolean }> {
    if (this.#signal?.aborted) throw new CreationError('aborted', 'stopped');
    const neither = { isFile: false, isFolder: false };
    let status = await this.#look(diskPath);
    let realPath = join(ancestors.at(-1) ?? this.#realRoot, isRoot ? '' : path[path.length - 1]);
    if (status.isSymbolicLink()) {
      const target = isRoot ? this.#realRoot : await realpath(diskPath).catch(() => undefined);
      if (target === undefined || !this.#isInside(target) || ancestors.includes(target)) {
        this.skipped.push(diskPath);
        return neither;
      }
      realPath = target;
      status = await stat(diskPath);
    }
    if (status.isFile()) {
      if (this.files.length === MAX_FILES) throw new CreationError('bad-name', `more than ${MAX_FILES} files`);
      this.files.push({ diskPath, path, size: status.size, modifiedMs: status.mtimeMs });
      return { isFile: true, isFolder: false };
    }
    if (!status.isDirectory()) {
      this.skipped.push(diskPath);
      return neither;
    }
    await this.#visitFolder(diskPath, path, [...ancestors, realPath]);
    return { isFile: false, isFolder: true };
  }

  async #visitFolder(diskPath: string, path: readonly string[], ancestors: readonly string[]): Promise<void> {
    const names = await readdir(diskPath).catch((error) => {
      throw fromFileSystem(error, diskPath);
    });
    const inByteOrder = names.map((name) => Buffer.from(name)).sort(Buffer.compare);
    for (const bytes of inByteOrder) {
      const name = bytes.toString();
      if (name !== STATE_FOLDER) await this.visit(join(diskPath, name), [...path, name], ancestors);
    }
  }

  async #look(diskPath: string): Promise<Stats> {
    try {
      return await lstat(diskPath);
    } catch (error) {
      // Names that are not UTF-8 come out of readdir changed, and nothing is found under the changed name.
      if (basename(diskPath).includes('\ufffd')) {
        throw new CreationError('bad-name', `${diskPath}: the name is not UTF-8`, { cause: error });
      }
      throw fromFileSystem(error, diskPath);
    }
  }

  #isInside(realPath: string): boolean {
    return realPath === this.#realRoot || realPath.startsWith(this.#realRoot + sep);
  }
}

/**
 * Looks whether the files are still what they were when they were found.
 * @throws CreationError `changed` or `not-found`
 */
export async function verifyUnchanged(files: readonly SourceFile[]): Promise<void> {
  for (const { diskPath, size, modifiedMs } of files) {
    const status = await stat(diskPath).catch((error) => {
      throw fromFileSystem(error, diskPath);
    });
    if (status.size !== size || status.mtimeMs !== modifiedMs) {
      throw new CreationError('changed', `${diskPath}: changed while it was read`);
    }
  }
}
