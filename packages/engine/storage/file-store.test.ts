import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { silentLogger, systemClock } from '@enjambre/runtime';
import { createFileStore } from './file-store.ts';
import { pieceStoreContract } from './piece-store.contract.ts';
import { DiskWorkshop } from './workshop.ts';

const clock = systemClock;
const folder = mkdtempSync(join(tmpdir(), 'enjambre-file-store-'));
const workshop = new DiskWorkshop({ clock });
let made = 0;

after(async () => {
  await workshop.close();
  rmSync(folder, { recursive: true });
});

pieceStoreContract('a file store', async (layout, content) => {
  const archives = join(folder, String(made++));
  for (const { path, size, offset, padding } of content === undefined ? [] : layout.files) {
    if (padding) continue;
    await mkdir(dirname(join(archives, path)), { recursive: true });
    await writeFile(join(archives, path), content!.subarray(offset, offset + size));
  }
  return createFileStore({ archives, infoHash: new Uint8Array(20), layout, workshop, clock, logger: silentLogger });
});
