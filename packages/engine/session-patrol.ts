// Looks now and then whether the files of complete torrents are still where they were written: nobody else would notice
// before a peer asks. One timer for all, and few files at a time. Invariant: while no torrent is complete it ends by itself.

import type { Clock, Timer } from '@enjambre/runtime';
import type { Torrent } from './torrent.ts';

const BEAT_MS = 10_000;
/** A look at a file costs some 20 µs of another thread. */
const FILES_A_BEAT = 100;

export class SessionPatrol {
  readonly #clock: Clock;
  readonly #torrents: ReadonlyMap<string, Torrent>;
  #timer: Timer | undefined;
  #round: Iterator<Torrent> | undefined;
  #isWalking = false;

  constructor(clock: Clock, torrents: ReadonlyMap<string, Torrent>) {
    this.#clock = clock;
    this.#torrents = torrents;
  }

  /** A torrent is complete. Idempotent. */
  start(): void {
    this.#timer ??= this.#clock.every(BEAT_MS, () => void this.#walk());
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** From where the last walk ended; no torrent twice in one. */
  async #walk(): Promise<void> {
    if (this.#isWalking) return;
    this.#isWalking = true;
    let files = 0;
    for (let left = this.#torrents.size; left > 0 && files < FILES_A_BEAT; left--) {
      const torrent = this.#next();
      if (torrent === undefined) break;
      if (!torrent.pieces.isComplete) continue;
      files += torrent.metainfo.files.length;
      await torrent.patrol();
    }
    if (files === 0) this.close();
    this.#isWalking = false;
  }

  /** Round and round; undefined when there is no torrent any more. */
  #next(): Torrent | undefined {
    const { value } = this.#round?.next() ?? {};
    if (value !== undefined) return value;
    this.#round = this.#torrents.values();
    return this.#round.next().value;
  }
}
