// What a tracker of a set keeps besides its swarms, on disk. Invariant: as of the swarms' file.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile } from './swarm-file.ts';

const NAME = 'set.bin';

/**
 * Hands over what the file holds, undefined when there is none.
 * @param take false when these bytes can't be used
 * @throws Error with a sentence that names the file
 */
export async function readSet(folder: string, take: (bytes: Buffer | undefined) => boolean): Promise<void> {
  const file = path.join(folder, NAME);
  let bytes: Buffer | undefined;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') throw new Error(`--data-dir: ${file} cannot be read: ${message}`, { cause: error });
  }
  if (!take(bytes)) throw new Error(`--data-dir: ${file} is damaged or no state of a set; move it away`);
}

export function writeSet(folder: string, state: Buffer): Promise<void> {
  return replaceFile(folder, NAME, [state]);
}
