// The torrents of this client: added from the command line and the watched folder, steered and shown as one.

import type { Status } from '@enjambre/contract';
import { createFileStore, DiskWorkshop, type Session, type Torrent } from '@enjambre/engine';
import type { TorrentFile } from '@enjambre/metainfo';
import type { Clock, Logger, Random } from '@enjambre/runtime';
import type { Config } from './config.ts';
import type { Controlled } from './control-server.ts';
import { StartError } from './errors.ts';
import { TrackerSource } from './sources/tracker-source.ts';
import { statusOf } from './status.ts';

interface Entry {
  readonly torrent: Torrent;
  /** The file it came from, as people know it. */
  readonly path: string;
  /** What the log was last told of its state. */
  told: string;
}

/** What the world hands in. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export class TorrentList implements Controlled {
  readonly #session: Session;
  readonly #config: Config;
  readonly #surroundings: Surroundings;
  /** Threads and memory that the stores of all torrents share. */
  readonly #workshop: DiskWorkshop;
  readonly #entries = new Map<string, Entry>();
  /** Remembered for torrents that are not there yet. */
  #pauseAsked = false;

  constructor(session: Session, config: Config, surroundings: Surroundings) {
    this.#session = session;
    this.#config = config;
    this.#surroundings = surroundings;
    this.#workshop = new DiskWorkshop({ clock: surroundings.clock });
  }

  /** True when there is a torrent and each is verified, written and still there. */
  get complete(): boolean {
    const entries = [...this.#entries.values()];
    return entries.length > 0 && entries.every(({ torrent: { snapshot } }) => snapshot.complete && !snapshot.problem);
  }

  status(): Status {
    const snapshots = [...this.#entries.values()].map(({ torrent }) => torrent.snapshot);
    return statusOf(snapshots, this.#pauseAsked);
  }

  pause(): void {
    this.#pauseAsked = true;
    for (const { torrent } of this.#entries.values()) torrent.pause();
  }

  resume(): void {
    this.#pauseAsked = false;
    for (const { torrent } of this.#entries.values()) torrent.resume();
  }

  /**
   * Takes a torrent in; it does nothing before `start`.
   * @param path the file it came from
   * @throws StartError when it is there already
   */
  add(metainfo: TorrentFile, path: string): Torrent {
    const infoHash = metainfo.infoHashV1!;
    const present = this.#entries.get(infoHash.toHex());
    if (present !== undefined) {
      throw new StartError(
        'duplicate-torrent',
        `${present.path} and ${path} are the same torrent (${infoHash.toHex()})`,
      );
    }
    const { archives, peers, hostname, listenHost } = this.#config;
    const { clock, random, logger } = this.#surroundings;
    const torrent = this.#session.addTorrent({
      metainfo,
      store: createFileStore({ archives, infoHash, layout: metainfo, workshop: this.#workshop, clock, logger }),
      sources: [new TrackerSource({ tiers: metainfo.trackers, hostname, listenHost, clock, random, logger })],
      peers: [...peers],
    });
    if (this.#pauseAsked) torrent.pause();
    this.#entries.set(torrent.infoHash, { torrent, path, told: '' });
    return torrent;
  }

  /** Opens its files and looks for peers. @throws StartError when another client holds them; then it is out again */
  async start(torrent: Torrent): Promise<void> {
    await torrent.start();
    const { problem } = torrent.snapshot;
    if (problem?.code !== 'locked' && problem?.code !== 'path-conflict') return;
    const path = this.#entries.get(torrent.infoHash)?.path;
    this.#entries.delete(torrent.infoHash);
    await this.#session.removeTorrent(torrent);
    throw new StartError(problem.code, `${path}: ${problem.message}`);
  }

  /** Stops every torrent within about `deadlineMs`: stopped is announced, what is known is on disk. */
  async close(deadlineMs: number): Promise<void> {
    const closed = this.#session.close(deadlineMs);
    // Peers are let go at once; trackers and disks may take all the time there is.
    this.#tellTotals();
    await closed;
    await this.#workshop.close();
  }

  /** Logs how far each torrent is, when that has changed since it was last told. What a disk refuses the engine tells. */
  tellChanges(): void {
    for (const entry of this.#entries.values()) {
      const { metainfo, infoHash, snapshot } = entry.torrent;
      const { phase, complete } = snapshot;
      const told = complete && phase === 'active' ? 'complete' : phase;
      if (told === entry.told) continue;
      entry.told = told;
      // Of what is stopped the totals are told, of what a disk refuses the sentence.
      if (phase !== 'error' && phase !== 'stopped')
        this.#surroundings.logger.log('info', `${metainfo.name}: ${told}`, { infoHash });
    }
  }

  /** Logs what went over the wire since the start: payload in bytes, how much was of no use, pieces that failed. */
  #tellTotals(): void {
    for (const { metainfo, infoHash, snapshot } of this.#session.torrents.values()) {
      const { downloadedBytes: downloaded, uploadedBytes: uploaded, wastedBytes: wasted, failedPieces } = snapshot;
      const totals = { downloaded, uploaded, wasted, failedPieces };
      this.#surroundings.logger.log('info', `${metainfo.name}: stopped`, { infoHash, ...totals });
    }
  }
}
