// What all stores of a session share: memory for pieces, threads, memory for uploads, one socket for their locks. Nothing
// is taken before it is needed, all is given back when idle.

import { availableParallelism } from 'node:os';
import type { Clock } from '@enjambre/runtime';
import { ArchiveLocks } from '../net/archive-lock.ts';
import { ExtentCache } from './extent-cache.ts';
import { SlabPool } from './slab-pool.ts';
import { UploadFiles } from './upload-files.ts';
import { WorkerPool } from './worker-pool.ts';

export interface DiskWorkshopOptions {
  readonly clock: Clock;
  /** Bytes of pieces being received or written at a time, over all torrents; default 48 MiB. */
  readonly slabBudgetBytes?: number;
  /** Threads that hash; default: one for each core. */
  readonly workerCount?: number;
  /** Memory, descriptors and threads that nobody used for so long are given back; default 30 s. */
  readonly idleMs?: number;
}

// Of at most 64 files that a process keeps open, half are for uploads: enough to go back and forth between a few
// torrents, few enough for systems that allow 256.
const UPLOAD_FILES = 32;
const WORKER_FILES = 32;

export class DiskWorkshop {
  readonly slabs: SlabPool;
  readonly workers: WorkerPool;
  readonly extents: ExtentCache;
  readonly uploadFiles: UploadFiles;
  readonly locks = new ArchiveLocks();

  constructor({ clock, slabBudgetBytes, workerCount, idleMs }: DiskWorkshopOptions) {
    const workers = new WorkerPool({
      clock,
      workerCount: workerCount ?? availableParallelism(),
      openFiles: WORKER_FILES,
      idleMs,
    });
    this.workers = workers;
    this.slabs = new SlabPool({
      clock,
      budgetBytes: slabBudgetBytes,
      idleMs,
      onFreed: (id) => workers.forgetSheet(id),
    });
    this.extents = new ExtentCache({ clock, idleMs });
    this.uploadFiles = new UploadFiles(clock, UPLOAD_FILES, idleMs);
  }

  /** Gives everything back. The stores that use it are closed before. */
  async close(): Promise<void> {
    this.slabs.close();
    this.extents.close();
    this.uploadFiles.closeIdle();
    await this.workers.close();
  }
}
