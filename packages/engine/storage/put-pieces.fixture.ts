// A process for tests that kill it or fill its disk: opens a store, puts the missing pieces one after the other, several
// at a time, and says one line of JSON for each thing that happens. Arguments: archives, flush after so many pieces.

import { silentLogger, systemClock } from '@enjambre/runtime';
import { createFileStore } from './file-store.ts';
import { madeTorrent, putPiece } from './piece-store.contract.ts';
import type { StorageError } from './piece-store.ts';
import { DiskWorkshop } from './workshop.ts';

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

async function main(archives: string, flushEvery: number): Promise<void> {
  const { layout, content } = PUT_TORRENT();
  const workshop = new DiskWorkshop({ clock: systemClock, workerCount: 1 });
  const infoHash = new Uint8Array(20).fill(7);
  const store = createFileStore({ archives, infoHash, layout, workshop, clock: systemClock, logger: silentLogger });
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

if (process.argv[1] === import.meta.filename) await main(process.argv[2], Number(process.argv[3]));
