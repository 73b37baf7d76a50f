// Deletes what a torrent has written, and nothing else.
// Invariant: only plain files and links of that torrent that really lie in the archives are deleted, and folders that are empty then.

import { lstat, realpath, rmdir, unlink } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { pathOf } from './archive-folder.ts';
import { diskError, errorCode } from './disk-error.ts';
import type { StoreFile } from './file-layout.ts';
import { requireInside } from './open-files.ts';
import { resumePath } from './resume-record.ts';

export interface TorrentRemovalOptions {
  readonly archives: string;
  /** 40 hex digits. */
  readonly infoHash: string;
  readonly files: readonly StoreFile[];
  /** Why a file has to stay, by its path below the archives; undefined when it may go. */
  readonly whyKept: (path: string) => string | undefined;
}

export interface TorrentRemoval {
  readonly removedFiles: number;
  readonly removedBytes: number;
  /** What was left, and why: a sentence each. */
  readonly kept: readonly string[];
}

/** The torrent's store is closed. Never throws: what cannot be deleted is named. */
export async function removeTorrentFiles(options: TorrentRemovalOptions): Promise<TorrentRemoval> {
  const { archives, infoHash, files, whyKept } = options;
  const kept: string[] = [];
  const folders = new Set<string>();
  let removedFiles = 0;
  let removedBytes = 0;
  const root = await realpath(archives).catch(() => undefined);
  if (root === undefined) return { removedFiles, removedBytes, kept };
  for (const file of files) {
    if (file.padding) continue;
    const path = pathOf(root, file);
    const why = whyKept(file.path);
    if (why !== undefined) {
      kept.push(`${path}: ${why}`);
      continue;
    }
    try {
      const size = await removeFile(root, path, file.linkTarget !== undefined);
      for (const folder of foldersOf(file.path)) folders.add(folder);
      if (size === undefined) continue;
      removedFiles++;
      removedBytes += size;
    } catch (error) {
      kept.push(diskError(error, 'write', path).message);
    }
  }
  // The deepest first: a folder is empty when those in it are gone.
  const deepestFirst = [...folders].sort((a, b) => b.split('/').length - a.split('/').length);
  for (const folder of deepestFirst) await rmdir(join(root, folder)).catch(() => {});
  await unlink(resumePath(root, infoHash)).catch(() => {});
  return { removedFiles, removedBytes, kept };
}

/** @returns its size, undefined when there was none  @throws StorageError, or the system's error */
async function removeFile(root: string, path: string, isLink: boolean): Promise<number | undefined> {
  try {
    requireInside(root, await realpath(dirname(path)), path);
    const found = await lstat(path);
    if (!found.isFile() && !(isLink && found.isSymbolicLink()))
      throw Object.assign(new Error('no plain file'), { code: 'EISDIR' });
    await unlink(path);
    return found.size;
  } catch (error) {
    const errno = errorCode(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** `a/b/c.bin` → `a`, `a/b`. */
function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join(sep));
}
