// Pieces in files, as people expect them: the torrent's folders and files, sparse while incomplete.
// Invariant: `had` pieces are on the disk and right; nothing of the data path runs on the event loop but messages.

import { type Clock, invariant, type Logger } from '@enjambre/runtime';
import type { ArchiveLock } from '../net/archive-lock.ts';
import { openArchives, pathOf, prepareFiles, verifyInPlace } from './archive-folder.ts';
import { ChangedFiles } from './changed-files.ts';
import { type Disk, systemDisk } from './disk.ts';
import { diskError } from './disk-error.ts';
import type { PathSpan } from './disk-job.ts';
import type { FileSpan, StoreLayout } from './file-layout.ts';
import { FinishBatch } from './finish-batch.ts';
import { checkOnDisk } from './piece-check.ts';
import { PieceSet } from './piece-set.ts';
import { type BlockView, type PieceStore, type PieceVerdict, StorageError } from './piece-store.ts';
import { ResumeJournal } from './resume-journal.ts';
import { planResume } from './resume-plan.ts';
import { locksPath, type ResumeRecord, readResumeRecord, resumePath } from './resume-record.ts';
import type { PooledSlab } from './slab-pool.ts';
import { VerifiedBytes } from './verified-bytes.ts';
import type { DiskWorkshop } from './workshop.ts';

/** Even when others have used up the memory for pieces, a torrent can fetch one and write another. */
const OWED_SLABS = 2;

export interface FileStoreOptions {
  /** The folder that holds this torrent's files and those of others; made when missing. */
  readonly archives: string;
  /** 20 bytes. */
  readonly infoHash: Uint8Array;
  readonly layout: StoreLayout;
  readonly workshop: DiskWorkshop;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The system's, unless a test watches. */
  readonly disk?: Disk;
}

/** A store whose resume record also keeps a few figures of its user (bytes uploaded, …), by name. */
export interface FileStore extends PieceStore {
  /** As recorded; known once `open` resolved. */
  readonly extra: Readonly<Record<string, number>>;
  /** Recorded with the next flush. */
  setExtra(extra: Readonly<Record<string, number>>): void;
}

/** Nothing is touched before `open`. */
export function createFileStore(options: FileStoreOptions): FileStore {
  return new ArchivedPieces(options);
}

class ArchivedPieces implements FileStore {
  readonly #options: FileStoreOptions;
  readonly #layout: StoreLayout;
  readonly #workshop: DiskWorkshop;
  readonly #disk: Disk;
  readonly #infoHash: string;
  readonly #had: PieceSet;
  readonly #bytes: VerifiedBytes;
  /** Files that are longer than they should be: cut when the torrent is complete, see `#cutLongFiles`. */
  #tooLong = new Set<number>();
  /** Files that could not be synced once, see ResumeJournal: remembered also when opened again. */
  readonly #unsyncable = new Set<number>();
  #root = '';
  #lock: ArchiveLock | undefined;
  #journal: ResumeJournal | undefined;
  #changed: ChangedFiles | undefined;
  #finishing: FinishBatch | undefined;
  #unwrittenBytes = 0;
  #slabsTaken = 0;
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: FileStoreOptions) {
    this.#options = options;
    this.#layout = options.layout;
    this.#workshop = options.workshop;
    this.#disk = options.disk ?? systemDisk;
    this.#infoHash = Buffer.from(options.infoHash).toString('hex');
    this.#had = new PieceSet(options.layout.geometry.pieceCount);
    this.#bytes = new VerifiedBytes(options.layout, this.#had, (file, target, position) => {
      return this.#workshop.uploadFiles.read(this.#root, pathOf(this.#root, file), target, position);
    });
  }

  get unwrittenBytes(): number {
    return this.#unwrittenBytes;
  }

  get extra(): Readonly<Record<string, number>> {
    return this.#journal?.extra ?? {};
  }

  setExtra(extra: Readonly<Record<string, number>>): void {
    this.#journal?.setExtra(extra);
  }

  async open(onPiece: (pieceIndex: number) => void, isTrusting = true): Promise<void> {
    invariant(this.#opening === undefined, 'a store is opened once at a time');
    this.#opening = this.#open(onPiece, isTrusting);
    try {
      await this.#opening;
    } finally {
      this.#opening = undefined;
    }
  }

  takeSlab(pieceIndex: number): PooledSlab | undefined {
    if (this.#closing !== undefined) return undefined;
    const { geometry } = this.#layout;
    this.#workshop.workers.warm();
    const size = Math.min(geometry.pieceLength, geometry.totalSize);
    const isOwed = this.#slabsTaken < OWED_SLABS;
    const slab = this.#workshop.slabs.take(size, geometry.pieceSize(pieceIndex), isOwed);
    if (slab !== undefined) this.#slabsTaken++;
    return slab;
  }

  async finish(pieceIndex: number, slab: PooledSlab, wantBlockHashes: boolean): Promise<PieceVerdict> {
    const { place } = slab;
    const journal = this.#journal;
    const length = this.#layout.geometry.pieceSize(pieceIndex);
    this.#unwrittenBytes += length;
    try {
      if (journal === undefined || this.#closing !== undefined) throw this.#closedError();
      this.#finishing ??= this.#startBatch();
      const work = this.#finishing.add(pieceIndex, place, wantBlockHashes);
      journal.writing(
        pieceIndex,
        work.then(
          ({ verified }) => verified,
          () => false,
        ),
      );
      const verdict = await work;
      if (verdict.verified) await this.#have(pieceIndex);
      return verdict;
    } finally {
      this.#unwrittenBytes -= length;
      this.discard(slab);
    }
  }

  discard(slab: PooledSlab): void {
    this.#slabsTaken--;
    this.#workshop.slabs.release(slab);
  }

  read(pieceIndex: number, begin: number, length: number, wanted = length): BlockView | Promise<BlockView> {
    if (this.#journal === undefined || this.#closing !== undefined) return Promise.reject(this.#closedError());
    const position = pieceIndex * this.#layout.geometry.pieceLength + begin;
    return this.#workshop.extents.view(this.#bytes, position, length, wanted);
  }

  prepare(pieceIndex: number, begin: number, wanted: number): void {
    if (this.#journal === undefined || this.#closing !== undefined) return;
    const position = pieceIndex * this.#layout.geometry.pieceLength + begin;
    this.#workshop.extents.prepare(this.#bytes, position, wanted);
  }

  async flush(): Promise<void> {
    await this.#journal?.flush();
    if (!this.#had.full) return;
    const states = await verifyInPlace(this.#disk, this.#root, this.#layout.files);
    const damaged = await this.#changed?.look(states);
    if (damaged === undefined) return;
    const path = pathOf(this.#root, this.#layout.files[damaged.fileIndex]);
    throw new StorageError(
      'not-readable',
      `${path} was changed since it was verified, and is damaged in ${damaged.badPieces} of its pieces; a recheck fetches those again`,
    );
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #open(onPiece: (pieceIndex: number) => void, isTrusting: boolean): Promise<void> {
    if (this.#closing !== undefined) throw this.#closedError();
    await this.#forget();
    const { archives, clock, logger } = this.#options;
    const disk = this.#disk;
    const layout = this.#layout;
    this.#root = await openArchives(disk, archives);
    this.#lock ??= await this.#takeLock();
    try {
      const found = await prepareFiles(disk, this.#root, layout.files);
      const record = await this.#readRecord();
      const plan = planResume(layout, found, isTrusting ? record : undefined);
      this.#tooLong = new Set(
        layout.files.keys().filter((index) => (found[index]?.size ?? 0) > layout.files[index].size),
      );
      const infoHash = this.#infoHash;
      const root = this.#root;
      const recorded = new PieceSet(layout.geometry.pieceCount, plan.had.bytes);
      const resumed = { found, recorded, toCheck: plan.toCheck, extra: record?.extra ?? {} };
      const unsyncable = this.#unsyncable;
      const journal = new ResumeJournal({ disk, clock, logger, layout, root, infoHash, unsyncable, ...resumed });
      this.#journal = journal;
      this.#changed = new ChangedFiles({
        layout,
        recorded: (fileIndex) => journal.recordedFile(fileIndex),
        check: (pieces) => this.#badOf(pieces, journal),
        accepted: (fileIndex, state) => journal.accepted(fileIndex, state),
      });
      for (let pieceIndex = 0; pieceIndex < layout.geometry.pieceCount; pieceIndex++) {
        if (!plan.had.has(pieceIndex)) continue;
        this.#had.add(pieceIndex);
        onPiece(pieceIndex);
      }
      await checkOnDisk({
        workers: this.#workshop.workers,
        layout,
        root,
        pieces: plan.toCheck,
        toPathSpan: this.#toPathSpan,
        onPiece: (pieceIndex, good) => {
          journal.checked(pieceIndex, good);
          if (!good) return;
          this.#had.add(pieceIndex);
          onPiece(pieceIndex);
        },
        isCancelled: () => this.#closing !== undefined,
      });
      if (this.#closing !== undefined) throw this.#closedError();
      if (plan.toCheck.length > 0) journal.outdated();
      await this.#cutLongFiles();
    } catch (error) {
      this.#journal?.close();
      this.#journal = undefined;
      await this.#release();
      throw error;
    }
  }

  /** Hashes had pieces where they lie; those that are bad. @throws StorageError, also when the store is closed or opened again meanwhile */
  async #badOf(pieces: readonly number[], journal: ResumeJournal): Promise<number[]> {
    const bad: number[] = [];
    const { workers } = this.#workshop;
    const isCancelled = (): boolean => this.#closing !== undefined || this.#journal !== journal;
    await checkOnDisk({
      workers,
      layout: this.#layout,
      root: this.#root,
      pieces,
      toPathSpan: this.#toPathSpan,
      onPiece: (pieceIndex, good) => {
        if (!good) bad.push(pieceIndex);
      },
      isCancelled,
    });
    if (isCancelled()) throw this.#closedError();
    return bad;
  }

  /** Opened again: what is known now is recorded if possible, then everything is found out anew. */
  async #forget(): Promise<void> {
    const journal = this.#journal;
    this.#journal = undefined;
    await journal?.flush().catch(() => {});
    journal?.close();
    this.#had.clear();
    this.#closeFiles();
  }

  async #takeLock(): Promise<ArchiveLock> {
    const folder = locksPath(this.#root);
    const lock = await this.#workshop.locks.take(folder, this.#infoHash).catch((error: unknown) => {
      throw diskError(error, 'write', folder);
    });
    if (lock !== undefined) return lock;
    throw new StorageError('locked', `this torrent is in use by another client in the folder ${this.#root}`);
  }

  async #readRecord(): Promise<ResumeRecord | undefined> {
    const { files, geometry } = this.#layout;
    const torrent = { infoHash: this.#infoHash, pieceCount: geometry.pieceCount, fileCount: files.length };
    try {
      return await readResumeRecord(this.#disk, this.#root, torrent);
    } catch (error) {
      const { message } = diskError(error, 'read', resumePath(this.#root, this.#infoHash));
      this.#options.logger.log('warn', 'the resume record could not be read: the files are checked', {
        reason: message,
      });
      return undefined;
    }
  }

  /** Pieces that are finished in this turn of the event loop go to the worker together, at its end. */
  #startBatch(): FinishBatch {
    const batch = new FinishBatch(this.#layout, this.#root);
    queueMicrotask(() => {
      this.#finishing = undefined;
      this.#workshop.workers.finish(batch.job, batch.memories).then(
        (result) => batch.settle(result),
        (error: unknown) => batch.fail(error),
      );
    });
    return batch;
  }

  async #have(pieceIndex: number): Promise<void> {
    this.#had.add(pieceIndex);
    await this.#cutLongFiles();
  }

  /**
   * Bytes beyond a file's end may be somebody's data (another version of the file, a wrong folder): they are left alone
   * until every piece of the torrent is verified, and the file therefore is this torrent's.
   */
  async #cutLongFiles(): Promise<void> {
    if (this.#tooLong.size === 0 || !this.#had.full) return;
    for (const fileIndex of this.#tooLong) {
      const file = this.#layout.files[fileIndex];
      const path = pathOf(this.#root, file);
      try {
        await this.#disk.truncate(path, file.size);
      } catch (error) {
        throw diskError(error, 'write', path);
      }
      this.#tooLong.delete(fileIndex);
      this.#journal?.changed(fileIndex);
    }
  }

  async #close(): Promise<void> {
    await this.#opening?.catch(() => {});
    const journal = this.#journal;
    try {
      await journal?.flush();
    } finally {
      journal?.close();
      this.#journal = undefined;
      await this.#release();
    }
  }

  async #release(): Promise<void> {
    this.#closeFiles();
    const lock = this.#lock;
    this.#lock = undefined;
    await lock?.release();
  }

  #closeFiles(): void {
    this.#workshop.extents.drop(this.#bytes);
    this.#workshop.uploadFiles.closeIdle();
    this.#workshop.workers.closeFiles();
  }

  readonly #toPathSpan = ({ fileIndex, fileOffset, length }: FileSpan): PathSpan => {
    const file = this.#layout.files[fileIndex];
    return { path: file.padding ? undefined : pathOf(this.#root, file), position: fileOffset, length };
  };

  #closedError(): StorageError {
    return new StorageError('closed', `the torrent in ${this.#options.archives} is closed`);
  }
}
