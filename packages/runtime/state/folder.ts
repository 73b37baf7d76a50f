// Folders that are made with all that lead to them. Invariant: it always ends. Node's own `recursive` goes round for ever
// where the system finds nothing inside of a folder that is there, as it does below /proc.

import { existsSync, mkdirSync, mkdtempSync, rmdirSync, statSync } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Makes the folder; one that is there is left as it is.
 * @param mode of every folder that is made
 * @returns the first that was made, undefined when all were there
 * @throws the system's error
 */
export async function makeFolder(folder: string, mode?: number): Promise<string | undefined> {
  if (await isFolder(folder)) return undefined;
  const missing = [folder];
  for (let at = dirname(folder); at !== dirname(at) && !(await isThere(at)); at = dirname(at)) missing.push(at);
  let first: string | undefined;
  for (const step of missing.reverse()) {
    try {
      await mkdir(step, mode);
      first ??= step;
    } catch (error) {
      // Somebody else was quicker.
      if (!(await isFolder(step))) throw error;
    }
  }
  return first;
}

/** The same for who cannot wait. @throws the system's error */
export function makeFolderSync(folder: string, mode?: number): void {
  if (isFolderSync(folder)) return;
  const missing = [folder];
  for (let at = dirname(folder); at !== dirname(at) && !existsSync(at); at = dirname(at)) missing.push(at);
  for (const step of missing.reverse()) {
    try {
      mkdirSync(step, mode);
    } catch (error) {
      if (!isFolderSync(step)) throw error;
    }
  }
}

/** Whether the disk takes `a` and `A` for one name; false when nothing can be made there. */
export function foldsCase(folder: string): boolean {
  try {
    makeFolderSync(folder);
    const probe = mkdtempSync(join(folder, '.case-'));
    const folds = existsSync(join(folder, basename(probe).toUpperCase()));
    rmdirSync(probe);
    return folds;
  } catch {
    return false;
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function isFolderSync(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}
