// Keeps the resume record of an open store up to date, in batches: a sync of everything for each piece would halve the rate.
// Invariant: a piece enters the record after its bytes were synced, with the files' times as they were before that sync:
// whatever is written later makes a file differ from its record, so that it is hashed again.

import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock, Logger, Timer } from '@enjambre/runtime';
import { foldersAbove, OWN_FOLDER, pathOf } from './archive-folder.ts';
import type { Disk, PathState } from './disk.ts';
import { diskError, errorCode } from './disk-error.ts';
import { pieceSpans, type StoreLayout } from './file-layout.ts';
import type { PieceSet } from './piece-set.ts';
import { type RecordedFile, type ResumeRecord, replaceResumeRecord, resumePath } from './resume-record.ts';

export interface ResumeJournalOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly layout: StoreLayout;
  /** Real path of the archives. */
  readonly root: string;
  /** 40 hex digits. */
  readonly infoHash: string;
  /** The files as they were found, before anything was checked. */
  readonly found: readonly (PathState | undefined)[];
  /** What the record on disk says already. */
  readonly recorded: PieceSet;
  /** Pieces that will be reported to `checked`. */
  readonly toCheck: readonly number[];
  /**
   * Files that could not be synced once: the system may have dropped their bytes, and would not say so again. They are
   * recorded as not to be trusted, as long as the process lives.
   */
  readonly unsyncable: Set<number>;
  readonly extra: Readonly<Record<string, number>>;
}

// At most so much is downloaded again, or hashed again, after a crash.
const INTERVAL_MS = 5_000;
const INTERVAL_BYTES = 64 * 2 ** 20;
// A disk that stays full, or is read-only, is asked less and less often.
const LONGEST_RETRY_MS = 5 * 60_000;
// Many systems stamp files with the time of their last tick, of up to 10 ms: two writes in one tick look like one.
const TICK_MS = 10;

export class ResumeJournal {
  readonly #options: ResumeJournalOptions;
  readonly #recorded: PieceSet;
  readonly #files: (RecordedFile | undefined)[];
  /** Files whose entries in their folders are known to be durable. */
  readonly #named = new Set<number>();
  /** By file: pieces that are not checked yet. Until none is left "not had" is not known, and the file not recorded. */
  readonly #unchecked: Uint32Array;
  #extra: Readonly<Record<string, number>>;
  #pending: number[] = [];
  /** Pieces being written: the piece, and whether it came to be had. */
  readonly #inFlight = new Map<number, Promise<boolean>>();
  #written = new Set<number>();
  #checked = new Set<number>();
  /** Of pieces that were written: what a crash now would cost. */
  #unrecordedBytes = 0;
  #stale = false;
  #delayMs = INTERVAL_MS;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(options: ResumeJournalOptions) {
    this.#options = options;
    this.#recorded = options.recorded;
    this.#extra = options.extra;
    this.#files = options.found.map((state) => state && { size: state.size, mtimeNs: state.mtimeNs });
    this.#unchecked = new Uint32Array(options.layout.files.length);
    for (const pieceIndex of options.toCheck) {
      for (const fileIndex of this.#filesOf(pieceIndex)) this.#unchecked[fileIndex]++;
    }
    options.found.forEach((state, fileIndex) => {
      if (state !== undefined) this.#named.add(fileIndex);
    });
  }

  get extra(): Readonly<Record<string, number>> {
    return this.#extra;
  }

  /** Recorded with the next record; nothing is written for it alone until `flush`. */
  setExtra(extra: Readonly<Record<string, number>>): void {
    this.#extra = extra;
    this.#stale = true;
  }

  /** A piece is going to be written; `outcome` tells whether it was. Called before the worker can begin. */
  writing(pieceIndex: number, outcome: Promise<boolean>): void {
    for (const fileIndex of this.#filesOf(pieceIndex)) this.#written.add(fileIndex);
    this.#inFlight.set(pieceIndex, outcome);
    outcome.then((written) => {
      this.#inFlight.delete(pieceIndex);
      if (!written) return;
      this.#pending.push(pieceIndex);
      this.#unrecordedBytes += this.#options.layout.geometry.pieceSize(pieceIndex);
      if (this.#unrecordedBytes >= INTERVAL_BYTES) this.#runSoon();
      this.#schedule();
    });
  }

  /** A piece was found on the disk. A good one may not be durable yet, so that it is recorded the same way. */
  checked(pieceIndex: number, good: boolean): void {
    for (const fileIndex of this.#filesOf(pieceIndex)) {
      this.#unchecked[fileIndex]--;
      if (good) this.#checked.add(fileIndex);
    }
    if (!good) return;
    this.#pending.push(pieceIndex);
    this.#schedule();
  }

  /** That file was changed in another way (cut to its size). */
  changed(fileIndex: number): void {
    this.#written.add(fileIndex);
    this.#schedule();
  }

  /** How that file was when its pieces were verified; undefined while that is not settled. */
  recordedFile(fileIndex: number): RecordedFile | undefined {
    return this.#isTrusted(fileIndex) ? this.#files[fileIndex] : undefined;
  }

  /** Somebody else changed that file; as it is now, `state`, all of its pieces were found good. */
  async accepted(fileIndex: number, { size, mtimeNs }: PathState): Promise<void> {
    // A record that is being made would name what is not synced yet.
    await this.#running?.catch(() => {});
    this.#files[fileIndex] = { size, mtimeNs };
    this.#checked.add(fileIndex);
    this.#schedule();
  }

  /** The record on disk does not say what is so, though nothing was written (files vanished, were tampered with). */
  outdated(): void {
    this.#stale = true;
    this.#schedule();
  }

  /** Everything had by now is synced and recorded when this resolves. @throws StorageError */
  async flush(): Promise<void> {
    // The one that runs may have begun before the last piece was written.
    await this.#running?.catch(() => {});
    // The second round is for files that were still being written to when the first one measured them.
    for (let round = 0; round < 2 && this.#unsettled; round++) {
      try {
        await this.#run();
      } catch (error) {
        if (this.#unrecordedBytes > 0) throw error;
        // Read-only archives can be seeded from: all that is lost is that the files are checked again.
        this.#warn(error);
      }
    }
  }

  /** Writes nothing any more. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  get #unsettled(): boolean {
    const { size } = this.#written;
    return this.#stale || this.#pending.length > 0 || size > 0 || this.#checked.size > 0 || this.#inFlight.size > 0;
  }

  #schedule(): void {
    if (!this.#closed) this.#timer ??= this.#options.clock.after(this.#delayMs, () => this.#runSoon());
  }

  #runSoon(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#running !== undefined || this.#closed || !this.#unsettled) return;
    this.#run().catch((error: unknown) => this.#warn(error));
  }

  #warn(error: unknown): void {
    const { message } = diskError(error, 'write', this.#options.root);
    this.#options.logger.log('warn', 'the resume record could not be written; trying again', { reason: message });
  }

  #run(): Promise<void> {
    this.#running ??= this.#record().finally(() => {
      this.#running = undefined;
      if (this.#unsettled) this.#schedule();
    });
    return this.#running;
  }

  async #record(): Promise<void> {
    const { disk, root, infoHash } = this.#options;
    const written = this.#written;
    const checked = this.#checked;
    const pending = this.#pending;
    const inFlight = [...this.#inFlight];
    const unrecordedBytes = this.#unrecordedBytes;
    this.#written = new Set();
    this.#checked = new Set();
    this.#pending = [];
    this.#unrecordedBytes = 0;
    this.#stale = false;
    try {
      const files = new Map<number, RecordedFile | undefined>();
      for (const fileIndex of written) files.set(fileIndex, await this.#measure(fileIndex));
      const measuredAtMs = performance.now();
      // Pieces that were on their way belong to this record: what was measured may hold their bytes. Or it does not: then
      // their files are measured again for the next.
      const pieces = [...pending];
      for (const [pieceIndex, outcome] of inFlight) {
        if (await outcome) pieces.push(pieceIndex);
        for (const fileIndex of this.#filesOf(pieceIndex)) this.#written.add(fileIndex);
      }
      for (const fileIndex of new Set([...written, ...checked])) {
        if (!(await this.#syncFile(fileIndex))) files.set(fileIndex, undefined);
      }
      await this.#syncFolders([...files.keys()]);
      const tickLeftMs = TICK_MS - (performance.now() - measuredAtMs);
      if (files.size > 0 && tickLeftMs > 0) await delay(tickLeftMs);
      for (const [fileIndex, file] of files) this.#files[fileIndex] = file;
      for (const pieceIndex of pieces) this.#recorded.add(pieceIndex);
      this.#pending = this.#pending.filter((pieceIndex) => !this.#recorded.has(pieceIndex));
      const trusted = this.#files.map((file, fileIndex) => (this.#isTrusted(fileIndex) ? file : undefined));
      const record: ResumeRecord = { infoHash, pieces: this.#recorded.bytes, files: trusted, extra: this.#extra };
      await replaceResumeRecord(disk, join(root, OWN_FOLDER), resumePath(root, infoHash), record);
      this.#delayMs = INTERVAL_MS;
    } catch (error) {
      for (const fileIndex of written) this.#written.add(fileIndex);
      for (const fileIndex of checked) this.#checked.add(fileIndex);
      this.#pending.push(...pending);
      this.#unrecordedBytes += unrecordedBytes;
      this.#stale = true;
      this.#delayMs = Math.min(2 * this.#delayMs, LONGEST_RETRY_MS);
      throw diskError(error, 'write', resumePath(root, infoHash));
    }
  }

  #isTrusted(fileIndex: number): boolean {
    // One that was written to since it was measured may look as it did then, when both fell into one tick.
    const changing = this.#written.has(fileIndex);
    return !changing && this.#unchecked[fileIndex] === 0 && !this.#options.unsyncable.has(fileIndex);
  }

  async #measure(fileIndex: number): Promise<RecordedFile | undefined> {
    const path = this.#pathOf(fileIndex);
    const state = await this.#options.disk.state(path).catch((error: unknown) => {
      throw diskError(error, 'write', path);
    });
    return state?.kind === 'file' ? { size: state.size, mtimeNs: state.mtimeNs } : undefined;
  }

  /** False when there is no such file. */
  async #syncFile(fileIndex: number): Promise<boolean> {
    const path = this.#pathOf(fileIndex);
    try {
      await this.#options.disk.syncData(path);
      return true;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return false;
      this.#options.unsyncable.add(fileIndex);
      throw diskError(error, 'write', path);
    }
  }

  /** New files' names have to last too, and those of the folders made for them. */
  async #syncFolders(written: readonly number[]): Promise<void> {
    const { disk, layout, root } = this.#options;
    const unnamed = written.filter((fileIndex) => !this.#named.has(fileIndex));
    const folders = new Set(unnamed.flatMap((fileIndex) => foldersAbove(root, layout.files[fileIndex].path)));
    for (const folder of folders) await disk.sync(folder);
    for (const fileIndex of unnamed) this.#named.add(fileIndex);
  }

  #filesOf(pieceIndex: number): number[] {
    const { layout } = this.#options;
    const files = pieceSpans(layout, pieceIndex).map(({ fileIndex }) => fileIndex);
    return files.filter((fileIndex) => !layout.files[fileIndex].padding);
  }

  #pathOf(fileIndex: number): string {
    return pathOf(this.#options.root, this.#options.layout.files[fileIndex]);
  }
}
