// Puts a file in its place whole or not at all: a temporary file beside it, synced, then given its name.

import { link, open, rename, rm } from 'node:fs/promises';

/**
 * Writes that file. Without `replace` an existing one is left alone.
 * @param temporaryPath in the same folder, of nobody else
 * @returns false when there is one already
 * @throws the file system's error; nothing is left behind then
 */
export async function writeNewFile(
  path: string,
  temporaryPath: string,
  bytes: Uint8Array,
  replace: boolean,
): Promise<boolean> {
  const handle = await open(temporaryPath, 'wx');
  try {
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await (replace ? rename(temporaryPath, path) : giveName(temporaryPath, path));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporaryPath, { force: true });
  }
}

/** Fails when the name is taken, and without a moment in between, which a rename can't. */
async function giveName(temporaryPath: string, path: string): Promise<void> {
  try {
    await link(temporaryPath, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Some file systems (exFAT, network ones) have no links; there the name is taken first and then replaced.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw error;
    await (await open(path, 'wx')).close();
    await rename(temporaryPath, path);
  }
}
