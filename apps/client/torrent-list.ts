// The torrents of this client: added from the command line, the watched folder and its API, steered and shown as one.
// Invariant: an info hash is there once; one that is on its way out counts as there until its files are let go.

import type { Status } from '@enjambre/contract';
import { createFileStore, DiskWorkshop, removeTorrentFiles, type Session, type TorrentRemoval } from '@enjambre/engine';
import { PathClaims } from '@enjambre/metainfo';
import { type Clock, foldsCase, type Logger, type Random } from '@enjambre/runtime';
import type { Config } from './config.ts';
import type { Discovery } from './discovery.ts';
import { keeping, reasonOf, StartError } from './errors.ts';
import { AT_ONCE, OpeningQueue } from './opening-queue.ts';
import type { MetainfoFile } from './state/metainfo-file.ts';
import type { StateFolder } from './state/state-folder.ts';
import { statusOf } from './status.ts';
import type { TorrentEntry } from './torrent-entry.ts';

/** What the world hands in. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export class TorrentList {
  readonly #session: Session;
  readonly #config: Config;
  readonly #surroundings: Surroundings;
  readonly #state: StateFolder;
  readonly #discovery: Discovery;
  /** Threads and memory that the stores of all torrents share. */
  readonly #workshop: DiskWorkshop;
  readonly #opening = new OpeningQueue();
  readonly #entries = new Map<string, TorrentEntry>();
  readonly #claims: PathClaims<MetainfoFile>;
  readonly #changed: () => void;
  /** Remembered for torrents that are not there yet. */
  #pauseAsked = false;

  /** @param changed called when `status` may have, but for what the session does by itself */
  constructor(
    session: Session,
    config: Config,
    state: StateFolder,
    discovery: Discovery,
    surroundings: Surroundings,
    changed: () => void,
  ) {
    this.#discovery = discovery;
    this.#session = session;
    this.#config = config;
    this.#state = state;
    this.#surroundings = surroundings;
    this.#changed = changed;
    this.#workshop = new DiskWorkshop({ clock: surroundings.clock });
    this.#claims = new PathClaims(() => foldsCase(config.archives));
  }

  /** True when there is a torrent and each is verified, written and still there. */
  get complete(): boolean {
    const entries = [...this.#entries.values()];
    return entries.length > 0 && entries.every(({ torrent: { snapshot } }) => snapshot.complete && !snapshot.problem);
  }

  /** Whether any of them does something, or waits for its turn to. */
  get areAtWork(): boolean {
    if (this.#session.isAtWork) return true;
    for (const { torrent } of this.#entries.values()) {
      const { phase } = torrent.snapshot;
      if (phase === 'opening' || phase === 'checking') return true;
    }
    return false;
  }

  /** Those that are here to stay. */
  get entries(): TorrentEntry[] {
    return [...this.#entries.values()].filter(({ isLeaving }) => !isLeaving);
  }

  /** @param infoHash 40 hex digits, lower case */
  get(infoHash: string): TorrentEntry | undefined {
    return this.#entries.get(infoHash);
  }

  status(): Status {
    return statusOf(
      this.entries.map(({ torrent }) => torrent.snapshot),
      this.#pauseAsked,
    );
  }

  /** All of them, and those to come; not remembered over a restart. */
  pause(): void {
    this.#pauseAsked = true;
    this.#changed();
    for (const { torrent } of this.#entries.values()) torrent.pause();
  }

  /** All of them, also those that were paused by themselves. */
  resume(): void {
    this.#pauseAsked = false;
    this.#changed();
    for (const { torrent } of this.#entries.values()) torrent.resume();
    try {
      this.#state.clearPaused();
    } catch (error) {
      const what = 'torrents that were paused by themselves go on, and are paused again after a restart';
      this.#surroundings.logger.log('warn', what, { reason: reasonOf(error) });
    }
  }

  /** One of them; remembered over a restart. @throws ApiError `not-kept`; then nothing has changed */
  setPaused({ torrent }: TorrentEntry, paused: boolean): void {
    keeping(() => this.#state.setPaused(torrent.infoHash, paused));
    if (paused) torrent.pause();
    else torrent.resume();
    this.#changed();
  }

  /** Why that one cannot lie beside those that are here: what is in its way, and a sentence without its full stop. */
  conflictOf(metainfo: MetainfoFile): { readonly other: TorrentEntry; readonly sentence: string } | undefined {
    const conflict = this.#claims.conflictOf(metainfo);
    if (conflict === undefined) return undefined;
    const { path, kind } = conflict;
    const { name, infoHashV1 } = conflict.other.description;
    const other = this.#entries.get(infoHashV1.toHex())!;
    const why = kind === 'content' ? 'with other content' : 'and it is a folder of one of them and none of the other';
    return { other, sentence: `${path} belongs to ${name} (${infoHashV1.toHex()}) already, ${why}` };
  }

  /**
   * Takes a torrent in; it does nothing before `launch`.
   * @throws StartError when it is there already, or another lies where its files belong
   */
  add(metainfo: MetainfoFile, addedBy: TorrentEntry['addedBy']): TorrentEntry {
    const { description } = metainfo;
    const { infoHashV1: infoHash } = description;
    const present = this.#entries.get(infoHash.toHex());
    if (present !== undefined) {
      throw new StartError(
        'duplicate-torrent',
        `${present.metainfo.path} and ${metainfo.path} are the same torrent (${infoHash.toHex()})`,
      );
    }
    const conflict = this.conflictOf(metainfo);
    if (conflict !== undefined) throw new StartError('path-in-use', `${metainfo.path}: ${conflict.sentence}`);
    const { archives, peers } = this.#config;
    const { clock, logger } = this.#surroundings;
    const { files, geometry } = description;
    const layout = {
      files,
      geometry,
      get pieceHashes() {
        return metainfo.pieceHashes;
      },
    };
    if (description.private && peers.length > 0) {
      logger.log('info', `${description.name} is private: no --peer is used for it, only its trackers`);
    }
    const { trackers, ...sources } = this.#discovery.sourcesOf(description);
    const torrent = this.#session.addTorrent({
      metainfo: description,
      store: createFileStore({ archives, infoHash, layout, workshop: this.#workshop, clock, logger }),
      ...sources,
      peers: [...peers],
      changed: () => this.#tellChange(infoHash.toHex()),
    });
    if (this.#pauseAsked || this.#state.isPaused(torrent.infoHash)) torrent.pause();
    const addedAt = clock.wallTime();
    const gone = Promise.withResolvers<void>();
    const entry: TorrentEntry = { torrent, metainfo, trackers, addedBy, addedAt, told: '', isLeaving: false, gone };
    this.#entries.set(torrent.infoHash, entry);
    this.#changed();
    this.#claims.claim(metainfo);
    // A start adds a thousand before it opens the first: whoever is to wait reads them again.
    if (this.#entries.size > AT_ONCE) metainfo.forgetHashes();
    return entry;
  }

  /** Opens its files, when it is its turn, and looks for peers. What is wrong with its files becomes its state. */
  async launch({ torrent }: TorrentEntry): Promise<void> {
    await this.#opening.run(() => torrent.start());
  }

  /** Hashes all of its files, when it is its turn. */
  recheck({ torrent }: TorrentEntry): void {
    void this.#opening.run(() => torrent.recheck());
  }

  /**
   * Stops it and forgets it. Resolves when its trackers know and its files are let go, or deleted.
   * @throws ApiError `not-kept` when it would be back after a restart; then it goes on
   */
  async remove(entry: TorrentEntry, withData: boolean): Promise<TorrentRemoval> {
    const { torrent } = entry;
    const { infoHash } = torrent;
    keeping(() => {
      this.#discovery.forget(infoHash);
      this.#state.drop(infoHash);
    });
    entry.isLeaving = true;
    try {
      await this.#session.removeTorrent(torrent);
      if (!withData) return { removedFiles: 0, removedBytes: 0, kept: [] };
      const { archives } = this.#config;
      const { files } = entry.metainfo.description;
      return await removeTorrentFiles({ archives, infoHash, files, whyKept: this.#filesOfOthers(entry) });
    } finally {
      this.#entries.delete(infoHash);
      this.#changed();
      this.#claims.release(entry.metainfo);
      this.#surroundings.logger.log('info', `${torrent.metainfo.name}: removed`, { infoHash, withData });
      entry.gone.resolve();
    }
  }

  /** Stops every torrent within about `deadlineMs`: stopped is announced, what is known is on disk. */
  async close(deadlineMs: number): Promise<void> {
    const closed = this.#session.close(deadlineMs);
    // Peers are let go at once; trackers and disks may take all the time there is.
    this.#tellTotals();
    await closed;
    await this.#workshop.close();
  }

  /** Logs how far a torrent is, when that has changed. What a disk refuses the engine tells. */
  #tellChange(infoHash: string): void {
    this.#changed();
    const entry = this.#entries.get(infoHash);
    if (entry === undefined) return;
    const { metainfo, snapshot } = entry.torrent;
    const { phase, complete } = snapshot;
    const told = complete && phase === 'active' ? 'complete' : phase;
    if (told === entry.told) return;
    entry.told = told;
    if (told === 'complete') entry.metainfo.forgetHashes();
    // Of what is stopped the totals are told, of what a disk refuses the sentence.
    if (phase !== 'error' && phase !== 'stopped')
      this.#surroundings.logger.log('info', `${metainfo.name}: ${told}`, { infoHash });
  }

  /** Logs what went over the wire since the start: payload in bytes, how much was of no use, pieces that failed. */
  #tellTotals(): void {
    for (const { metainfo, infoHash, snapshot } of this.#session.torrents.values()) {
      const { downloadedBytes: downloaded, uploadedBytes: uploaded, wastedBytes: wasted, failedPieces } = snapshot;
      const totals = { downloaded, uploaded, wasted, failedPieces };
      this.#surroundings.logger.log('info', `${metainfo.name}: stopped`, { infoHash, ...totals });
    }
  }

  /** Two torrents may have a file in common: it stays with the other. */
  #filesOfOthers({ metainfo }: TorrentEntry): (path: string) => string | undefined {
    return (path) => {
      const other = this.#claims.sharerOf(metainfo, path);
      return other === undefined ? undefined : `it is also a file of ${other.description.name}`;
    };
  }
}
