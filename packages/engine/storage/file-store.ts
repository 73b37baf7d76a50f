// Pieces in files, as people expect them: the torrent's folders and files, sparse while incomplete.
// Invariant: `had` pieces are on the disk and right; nothing of the data path runs on the event loop but messages.

import { join } from 'node:path';
import { BLOCK_LENGTH } from '@enjambre/metainfo';
import { type Clock, invariant, type Logger } from '@enjambre/runtime';
import { type ArchiveLock, lockArchive } from '../net/archive-lock.ts';
import { OWN_FOLDER, openArchives, pathOf, prepareFiles } from './archive-folder.ts';
import { type Disk, systemDisk } from './disk.ts';
import { diskError } from './disk-error.ts';
import type { PathSpan } from './disk-job.ts';
import type { ExtentSource } from './extent-cache.ts';
import { expectedHash, type FileSpan, fileSpans, pieceSpans, type StoreLayout } from './file-layout.ts';
import { checkOnDisk } from './piece-check.ts';
import { PieceSet } from './piece-set.ts';
import { type BlockView, type PieceStore, type PieceVerdict, StorageError } from './piece-store.ts';
import { ResumeJournal } from './resume-journal.ts';
import { planResume } from './resume-plan.ts';
import { decodeResumeRecord, type ResumeRecord, resumePath } from './resume-record.ts';
import type { DiskWorkshop } from './workshop.ts';

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

class ArchivedPieces implements FileStore, ExtentSource {
  readonly #options: FileStoreOptions;
  readonly #layout: StoreLayout;
  readonly #workshop: DiskWorkshop;
  readonly #disk: Disk;
  readonly #infoHash: string;
  readonly #had: PieceSet;
  /** Files that are longer than they should be: cut when the torrent is complete, see `#cutLongFiles`. */
  #tooLong = new Set<number>();
  #root = '';
  #lock: ArchiveLock | undefined;
  #journal: ResumeJournal | undefined;
  #unwrittenBytes = 0;
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: FileStoreOptions) {
    this.#options = options;
    this.#layout = options.layout;
    this.#workshop = options.workshop;
    this.#disk = options.disk ?? systemDisk;
    this.#infoHash = Buffer.from(options.infoHash).toString('hex');
    this.#had = new PieceSet(options.layout.geometry.pieceCount);
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

  async open(onPiece: (pieceIndex: number) => void): Promise<void> {
    invariant(this.#opening === undefined, 'a store is opened once at a time');
    this.#opening = this.#open(onPiece);
    try {
      await this.#opening;
    } finally {
      this.#opening = undefined;
    }
  }

  takeSlab(pieceIndex: number): Buffer | undefined {
    if (this.#closing !== undefined) return undefined;
    const { geometry } = this.#layout;
    this.#workshop.workers.warm();
    const size = Math.min(geometry.pieceLength, geometry.totalSize);
    return this.#workshop.slabs.take(size, geometry.pieceSize(pieceIndex));
  }

  async finish(pieceIndex: number, slab: Buffer, wantBlockHashes: boolean): Promise<PieceVerdict> {
    const { slabs, workers } = this.#workshop;
    const name = slabs.name(slab);
    const journal = this.#journal;
    const length = this.#layout.geometry.pieceSize(pieceIndex);
    this.#unwrittenBytes += length;
    try {
      if (journal === undefined || this.#closing !== undefined) throw this.#closedError();
      const work = workers.finish(
        {
          kind: 'finish',
          root: this.#root,
          slabId: name.id,
          length,
          hash: expectedHash(this.#layout, pieceIndex),
          spans: pieceSpans(this.#layout, pieceIndex).map(this.#toPathSpan),
          wantBlockHashes,
          blockLength: BLOCK_LENGTH,
        },
        name,
      );
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
      slabs.release(slab);
    }
  }

  discard(slab: Buffer): void {
    this.#workshop.slabs.release(slab);
  }

  async read(pieceIndex: number, begin: number, length: number): Promise<BlockView> {
    if (this.#journal === undefined || this.#closing !== undefined) throw this.#closedError();
    return this.#workshop.extents.view(this, pieceIndex * this.#layout.geometry.pieceLength + begin, length);
  }

  async flush(): Promise<void> {
    await this.#journal?.flush();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  verifiedAround(position: number, from: number, end: number): { from: number; end: number } {
    const { pieceLength, totalSize } = this.#layout.geometry;
    const pieceIndex = Math.floor(position / pieceLength);
    let first = pieceIndex;
    while (first * pieceLength > from && this.#had.has(first - 1)) first--;
    let after = pieceIndex + 1;
    while (after * pieceLength < Math.min(end, totalSize) && this.#had.has(after)) after++;
    return { from: Math.max(from, first * pieceLength), end: Math.min(end, after * pieceLength, totalSize) };
  }

  async fill(target: Buffer, position: number): Promise<void> {
    let at = 0;
    for (const span of fileSpans(this.#layout.files, position, target.length)) {
      const part = target.subarray(at, at + span.length);
      const { path } = this.#toPathSpan(span);
      if (path === undefined) part.fill(0);
      else await this.#workshop.uploadFiles.read(this.#root, path, part, span.fileOffset);
      at += span.length;
    }
  }

  async #open(onPiece: (pieceIndex: number) => void): Promise<void> {
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
      const plan = planResume(layout, found, record);
      this.#tooLong = new Set(
        layout.files.keys().filter((index) => (found[index]?.size ?? 0) > layout.files[index].size),
      );
      const recorded = new PieceSet(layout.geometry.pieceCount, plan.had.bytes);
      const journal = new ResumeJournal({
        disk,
        clock,
        logger,
        layout,
        root: this.#root,
        infoHash: this.#infoHash,
        found,
        recorded,
        extra: record?.extra ?? {},
      });
      this.#journal = journal;
      for (let pieceIndex = 0; pieceIndex < layout.geometry.pieceCount; pieceIndex++) {
        if (!plan.had.has(pieceIndex)) continue;
        this.#had.add(pieceIndex);
        onPiece(pieceIndex);
      }
      await checkOnDisk({
        workers: this.#workshop.workers,
        layout,
        root: this.#root,
        pieces: plan.toCheck,
        toPathSpan: this.#toPathSpan,
        onPiece: (pieceIndex, good) => {
          if (!good) return;
          this.#had.add(pieceIndex);
          journal.checked(pieceIndex);
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

  /** Opened again after it failed: what is known now is recorded if possible, then everything is found out anew. */
  async #forget(): Promise<void> {
    const journal = this.#journal;
    this.#journal = undefined;
    await journal?.flush().catch(() => {});
    journal?.close();
    this.#had.clear();
    this.#closeFiles();
  }

  async #takeLock(): Promise<ArchiveLock> {
    const lock = await lockArchive(join(this.#root, OWN_FOLDER), this.#infoHash).catch((error: unknown) => {
      throw diskError(error, 'write', join(this.#root, OWN_FOLDER));
    });
    if (lock !== undefined) return lock;
    throw new StorageError('locked', `this torrent is in use by another client in the folder ${this.#root}`);
  }

  async #readRecord(): Promise<ResumeRecord | undefined> {
    const path = resumePath(this.#root, this.#infoHash);
    const { files, geometry } = this.#layout;
    try {
      const bytes = await this.#disk.read(path);
      const torrent = { infoHash: this.#infoHash, pieceCount: geometry.pieceCount, fileCount: files.length };
      return bytes && decodeResumeRecord(bytes.toString(), torrent);
    } catch (error) {
      const { message } = diskError(error, 'read', path);
      this.#options.logger.log('warn', 'the resume record could not be read: the files are checked', {
        reason: message,
      });
      return undefined;
    }
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
    this.#workshop.extents.drop(this);
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
