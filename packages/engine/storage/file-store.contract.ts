// What tests of stores over real files share: archives folders that are gone afterwards, stores in them, and a downloader
// that runs in a process of its own, to be killed or starved.

import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { silentLogger, systemClock } from '@enjambre/runtime';
import type { StoreLayout } from './file-layout.ts';
import { createFileStore, type FileStore, type FileStoreOptions } from './file-store.ts';
import { madeTorrent, putPiece } from './piece-store.contract.ts';
import type { StorageError } from './piece-store.ts';
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

/** What the process and its test agree on: 4 MB in 64 pieces, several files. */
export const PUT_TORRENT = (): ReturnType<typeof madeTorrent> =>
  madeTorrent([1_500_000, 10, 0, 1_000_000, 1_500_000], 65_536, 5);

/** One line of the process. */
export type PutLine =
  | { readonly opened: readonly number[] }
  | { readonly put: number }
  | { readonly failed: number; readonly code: StorageError['code']; readonly message: string }
  | { readonly done: true };

const AT_A_TIME = 3;

function say(line: PutLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/**
 * Opens a store and puts the missing pieces, several at a time; says a line of JSON for each thing that happens.
 * @param flushEvery pieces between two flushes
 * @public: imported by the source text below
 */
export async function putPieces(archives: string, flushEvery: number): Promise<void> {
  const { layout, content } = PUT_TORRENT();
  const workshop = new DiskWorkshop({ clock: systemClock, workerCount: 1 });
  const store = createFileStore({
    archives,
    infoHash: INFO_HASH,
    layout,
    workshop,
    clock: systemClock,
    logger: silentLogger,
  });
  const opened: number[] = [];
  await store.open((pieceIndex) => opened.push(pieceIndex));
  say({ opened });
  const missing = Array.from({ length: layout.geometry.pieceCount }, (_, pieceIndex) => pieceIndex);
  const wanted = missing.filter((pieceIndex) => !opened.includes(pieceIndex));
  let put = 0;
  const lane = async (): Promise<void> => {
    for (let pieceIndex = wanted.shift(); pieceIndex !== undefined; pieceIndex = wanted.shift()) {
      try {
        await putPiece(store, layout, content, pieceIndex);
        say({ put: pieceIndex });
        if (++put % flushEvery === 0) await store.flush();
      } catch (error) {
        const { code, message } = error as StorageError;
        say({ failed: pieceIndex, code, message });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, lane));
  await store.close().catch((error: StorageError) => say({ failed: -1, code: error.code, message: error.message }));
  await workshop.close();
  say({ done: true });
}

/** The command line that runs `putPieces`. */
export function puttingProcess(archives: string, flushEvery: number): string[] {
  const source = `import { putPieces } from ${JSON.stringify(import.meta.filename)}; await putPieces(...${JSON.stringify([archives, flushEvery])});`;
  return [process.execPath, '--input-type=module', '-e', source];
}
