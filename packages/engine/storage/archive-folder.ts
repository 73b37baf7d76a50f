// The folder a torrent's files lie in: made ready, and measured, before anything is written.
// Invariant: every folder of the torrent exists and really lies in the archives; every file is a plain file or missing.

import { join, sep } from 'node:path';
import type { Disk, PathState } from './disk.ts';
import { diskError, errorCode } from './disk-error.ts';
import { isPlainFile, type StoreFile } from './file-layout.ts';
import { requireInside } from './open-files.ts';
import { StorageError } from './piece-store.ts';

/** Where locks and resume records lie, in the archives. No torrent may have a file there: it could forge a record. */
export const OWN_FOLDER = '.enjambre';

// What systems say whose disk knows no links, or whose users may not make them.
const NO_LINKS = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']);

// Questions to the disk at a time: keeps a cold disk's queue full without taking all threads from uploads.
const BATCH = 32;

/** Makes the archives folder. @returns its real path  @throws StorageError */
export async function openArchives(disk: Disk, archives: string): Promise<string> {
  try {
    await disk.makeFolder(archives);
    return await disk.realPath(archives);
  } catch (error) {
    throw diskError(error, 'write', archives);
  }
}

/**
 * Makes the torrent's folders, its empty files and its links.
 * @param root real path of the archives
 * @returns for each file what is there now, undefined when nothing is (and for padding and links)
 * @throws StorageError
 */
export async function prepareFiles(
  disk: Disk,
  root: string,
  files: readonly StoreFile[],
): Promise<(PathState | undefined)[]> {
  const real = files.filter((file) => !file.padding);
  for (const { path } of real) {
    if (path.split('/')[0].toLowerCase() !== OWN_FOLDER) continue;
    throw new StorageError('path-conflict', `${path} cannot be used: ${OWN_FOLDER} holds the client's own records`);
  }
  const folders = new Set(real.map(({ path }) => folderOf(path)));
  // Parents come before their children in this order.
  for (const folder of [...folders].sort()) await makeFolder(disk, root, folder);

  const states: (PathState | undefined)[] = Array.from({ length: files.length });
  for (let first = 0; first < files.length; first += BATCH) {
    const batch = files.slice(first, first + BATCH);
    await Promise.all(
      batch.map(async (file, index) => {
        const path = join(root, file.path);
        if (file.linkTarget !== undefined) await placeLink(disk, path, file.linkTarget);
        else if (!file.padding) states[first + index] = await measure(disk, path, file.size);
      }),
    );
  }
  return states;
}

/** A link that lies there already is somebody's, wherever it leads; an empty file is what earlier versions made of it. */
async function placeLink(disk: Disk, path: string, target: string): Promise<void> {
  if (target === '') return;
  try {
    const state = await disk.state(path);
    if (state?.kind === 'link') return;
    if (state !== undefined && (state.kind !== 'file' || state.size > 0)) {
      throw new StorageError(
        'path-conflict',
        `${path} cannot be used: a ${nameOf(state.kind)} is where a link should be`,
      );
    }
    if (state !== undefined) await disk.remove(path);
    await disk.makeLink(target, path);
  } catch (error) {
    // No byte of the torrent is missing without it.
    if (NO_LINKS.has(errorCode(error) ?? '')) return;
    throw diskError(error, 'write', path);
  }
}

async function measure(disk: Disk, path: string, size: number): Promise<PathState | undefined> {
  try {
    let state = await disk.state(path);
    if (state === undefined && size === 0) {
      await disk.createFile(path);
      state = await disk.state(path);
    }
    if (state !== undefined && state.kind !== 'file') {
      throw new StorageError('path-conflict', `${path} cannot be used: a ${nameOf(state.kind)} is in the way`);
    }
    return state;
  } catch (error) {
    throw diskError(error, size === 0 ? 'write' : 'read', path);
  }
}

/**
 * Looks whether the files of a complete torrent still lie where they were written: one that is removed or cut meanwhile
 * goes on taking writes without a word.
 * @returns for each file how it is now, undefined for padding and links
 * @throws StorageError code `not-readable`
 */
export async function verifyInPlace(
  disk: Disk,
  root: string,
  files: readonly StoreFile[],
): Promise<(PathState | undefined)[]> {
  const states: (PathState | undefined)[] = Array.from({ length: files.length });
  for (const [fileIndex, file] of files.entries()) {
    if (!isPlainFile(file)) continue;
    const path = pathOf(root, file);
    const state = await disk.state(path).catch((error: unknown) => {
      throw diskError(error, 'read', path);
    });
    states[fileIndex] = state;
    if (state?.kind === 'file' && state.size >= file.size) continue;
    throw new StorageError(
      'not-readable',
      `${path} was removed or cut while it was in use; a recheck fetches it again`,
    );
  }
  return states;
}

/** Goes down part by part: making all at once would follow a link out of the archives and make folders there. */
async function makeFolder(disk: Disk, root: string, folder: string): Promise<void> {
  if (folder === '') return;
  let path = root;
  for (const part of folder.split('/')) {
    path = join(path, part);
    try {
      const state = await disk.state(path);
      if (state === undefined) await disk.makeFolder(path);
      else if (state.kind === 'link') {
        path = await disk.realPath(path);
        requireInside(root, path, join(root, folder));
      } else if (state.kind !== 'folder') {
        throw new StorageError(
          'path-conflict',
          `${path} cannot be used: a ${nameOf(state.kind)} is where a folder should be`,
        );
      }
    } catch (error) {
      throw diskError(error, 'write', path);
    }
  }
}

/** The folders that name this file, the nearest first, up to and with the archives. */
export function foldersAbove(root: string, path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, index) => join(root, ...parts.slice(0, parts.length - 1 - index)));
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

function nameOf(kind: PathState['kind']): string {
  return kind === 'other' ? `device, pipe or socket` : kind;
}

/** The path of one of the torrent's files. @param root real path of the archives */
export function pathOf(root: string, file: StoreFile): string {
  return sep === '/' ? `${root === '/' ? '' : root}/${file.path}` : join(root, file.path);
}
