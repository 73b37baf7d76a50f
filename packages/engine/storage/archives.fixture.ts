// For tests: archives folders that are gone afterwards, and stores in them.

import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { silentLogger, systemClock } from '@enjambre/runtime';
import type { StoreLayout } from './file-layout.ts';
import { createFileStore, type FileStore, type FileStoreOptions } from './file-store.ts';
import { DiskWorkshop } from './workshop.ts';

export const INFO_HASH = new Uint8Array(20).fill(7);

/** One workshop and one parent folder a test file; both end with it. */
export function scratchArchives(): {
  readonly workshop: DiskWorkshop;
  /** A path where no folder is yet. */
  folder(): string;
  store(archives: string, layout: StoreLayout, options?: Partial<FileStoreOptions>): FileStore;
} {
  const parent = mkdtempSync(join(tmpdir(), 'enjambre-storage-'));
  const workshop = new DiskWorkshop({ clock: systemClock });
  let made = 0;
  after(async () => {
    await workshop.close();
    rmSync(parent, { recursive: true });
  });
  return {
    workshop,
    folder: () => join(parent, `archives-${made++}`),
    store(archives, layout, options) {
      const given = { archives, layout, workshop, infoHash: INFO_HASH, clock: systemClock, logger: silentLogger };
      return createFileStore({ ...given, ...options });
    },
  };
}

/** Writes the torrent's files into the archives, as another client would have. */
export async function writeFiles(archives: string, layout: StoreLayout, content: Uint8Array): Promise<void> {
  for (const { path, size, offset, padding } of layout.files) {
    if (padding) continue;
    await mkdir(dirname(join(archives, path)), { recursive: true });
    await writeFile(join(archives, path), content.subarray(offset, offset + size));
  }
}
