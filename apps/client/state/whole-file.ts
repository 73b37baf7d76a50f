// Small files that are whole whenever they are there: written beside, synced, and put in place in one step.

import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolderSync } from '@enjambre/runtime';

/** Only its owner may read it; the folder is made when it is missing. @throws the system's error; then nothing has changed */
export function writeWholeFile(path: string, content: string | Uint8Array): void {
  makeFolderSync(dirname(path), 0o700);
  const beside = `${path}.new`;
  try {
    const descriptor = openSync(beside, 'w', 0o600);
    try {
      writeFileSync(descriptor, content);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}
