// The data of the demo swarm: made here, the same every time, worth nothing to anybody.

import { open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder, seededRandom } from '@enjambre/runtime';

export const SAMPLE_LENGTH = 64 * 1024 * 1024;
const PART_LENGTH = 64 * 1024;
const SEED = 64;

/** Writes it unless it is there. */
export async function writeSampleFile(path: string): Promise<void> {
  const stats = await stat(path).catch(() => undefined);
  if (stats?.size === SAMPLE_LENGTH) return;
  await makeFolder(dirname(path));
  const draft = `${path}.new`;
  const file = await open(draft, 'w');
  try {
    const random = seededRandom(SEED);
    const words = Uint32Array.from({ length: PART_LENGTH / 4 }, () => random.below(2 ** 32));
    for (let written = 0; written < SAMPLE_LENGTH; written += PART_LENGTH) {
      // Each part differs from the one before, or a client would find the file done after one piece.
      words[0] = written;
      await file.write(new Uint8Array(words.buffer));
    }
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
