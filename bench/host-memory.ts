// A virtual machine gives memory that it does not use back to its host, and hands it out again at 1.2 s a GiB: whoever is
// measured first after a pause would pay for that, and the larger the run the more.

import { open, rm } from 'node:fs/promises';
import path from 'node:path';

const CHUNK = Buffer.alloc(2 ** 20);
const FILE = path.join('/dev/shm', `enjambre-bench-${process.pid}`);

/** Asks the host for so many bytes of memory, and leaves them free. */
export async function fetchMemory(bytes: number): Promise<void> {
  const file = await open(FILE, 'wx');
  // It has no name any more: nothing is left of it however this program ends.
  await rm(FILE);
  try {
    for (let written = 0; written < bytes; written += CHUNK.length) await file.write(CHUNK);
  } finally {
    await file.close();
  }
}
