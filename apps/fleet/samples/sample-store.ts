// Chunks of samples in the backend's database. Nothing older than its resolution is kept for is left there.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Chunk } from './chunk.ts';
import { CHUNK_SAMPLES, RESOLUTIONS, type Resolution } from './resolution.ts';

export class SampleStore {
  readonly #database: DatabaseSync;
  readonly #put: StatementSync;
  readonly #drop: StatementSync;
  readonly #find: StatementSync;
  readonly #range: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#put = database.prepare(
      `INSERT INTO sample_chunk (container_id, step, start, figures) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET figures = excluded.figures`,
    );
    this.#drop = database.prepare('DELETE FROM sample_chunk WHERE container_id = ? AND step = ? AND start < ?');
    const columns = 'SELECT start, figures FROM sample_chunk WHERE container_id = ? AND step = ?';
    this.#find = database.prepare(`${columns} AND start = ?`);
    this.#range = database.prepare(`${columns} AND start > ? ORDER BY start`);
  }

  /** In one transaction; a chunk that is there is replaced. The container must be known. @throws what SQLite refuses */
  put(id: string, chunks: readonly Chunk[]): void {
    try {
      this.#database.exec('BEGIN');
      for (const chunk of chunks) {
        this.#put.run(id, chunk.step, chunk.start, chunk.bytes);
        this.#drop.run(id, chunk.step, chunk.start - lengthKept(chunk.step));
      }
      this.#database.exec('COMMIT');
    } finally {
      // A full disk has ended it already.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    }
  }

  find(id: string, start: number, step: Resolution['step']): Chunk | undefined {
    const row = this.#find.get(id, step, start);
    return row && new Chunk(start, step, row.figures as Uint8Array);
  }

  /** Those that hold anything from `second` on, oldest first. */
  since(id: string, second: number, step: Resolution['step']): Chunk[] {
    const rows = this.#range.all(id, step, second - CHUNK_SAMPLES * step);
    return rows.map(({ start, figures }) => new Chunk(Number(start), step, figures as Uint8Array));
  }
}

function lengthKept(step: Resolution['step']): number {
  return step * RESOLUTIONS.find((resolution) => resolution.step === step)!.kept;
}
