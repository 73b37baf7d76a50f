// The swarms of a tracker on disk. Invariant: the file is whole at any time, the old one or the new one; what can't be used is
// named and left as it is.

import { access, constants, open, rename } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '@enjambre/runtime';
import { SnapshotError } from '@enjambre/tracker';

const NAME = 'swarms.bin';
const READ_LENGTH = 256 * 1024;

/** Makes the folder where it is missing. @throws Error with a sentence when nothing can be written there */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder, 0o700);
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new Error(`--data-dir: ${folder} cannot be written: ${(error as Error).message}`, { cause: error });
  }
}

/** Hands the file's bytes to `take`; nothing when there is no file yet. @throws Error with a sentence that names the file */
export async function readSwarms(
  folder: string,
  take: (pieces: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<void> {
  const file = path.join(folder, NAME);
  try {
    await using handle = await open(file, 'r');
    await take(handle.createReadStream({ highWaterMark: READ_LENGTH, autoClose: false }));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    const why = error instanceof SnapshotError ? `${message}; move it away` : `cannot be read: ${message}`;
    throw new Error(`--data-dir: ${file} ${why}`, { cause: error });
  }
}

export function writeSwarms(folder: string, pieces: Iterable<Uint8Array>): Promise<void> {
  return replaceFile(folder, NAME, pieces);
}

/** Writes a temporary file piece by piece, syncs it and puts it in the old one's place. */
export async function replaceFile(folder: string, name: string, pieces: Iterable<Uint8Array>): Promise<void> {
  await makeFolder(folder, 0o700);
  const file = path.join(folder, name);
  {
    await using temporary = await open(`${file}.tmp`, 'w', 0o600);
    for (const piece of pieces) await temporary.writeFile(piece);
    await temporary.sync();
  }
  await rename(`${file}.tmp`, file);
  await using parent = await open(folder, 'r');
  await parent.sync();
}
