// What a disk refused a torrent, and when it is tried again.
// Invariant: each trouble is logged once, however often it is met; at most one retry is planned.

import type { Clock, Logger, Timer } from '@enjambre/runtime';
import { StorageError } from './storage/piece-store.ts';
import type { TorrentReason } from './torrent-reason.ts';

/** A disk that refused is tried again so often. */
const RETRY_MS = 10_000;

export class StorageTrouble {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #infoHash: string;
  #problem: TorrentReason | undefined;
  #retry: Timer | undefined;
  #isOver = false;

  constructor({ clock, logger }: { readonly clock: Clock; readonly logger: Logger }, infoHash: string) {
    this.#clock = clock;
    this.#logger = logger;
    this.#infoHash = infoHash;
  }

  get problem(): TorrentReason | undefined {
    return this.#problem;
  }

  /** @param again called after a while */
  met(error: unknown, again: () => void): void {
    const code = error instanceof StorageError && error.code !== 'closed' ? error.code : 'not-readable';
    const message = error instanceof Error ? error.message : String(error);
    if (this.#problem?.message !== message) {
      this.#logger.log('error', message, { infoHash: this.#infoHash, code });
    }
    this.#problem = { code, message };
    this.retryLater(again);
  }

  retryLater(again: () => void): void {
    this.#retry?.cancel();
    if (!this.#isOver) this.#retry = this.#clock.after(RETRY_MS, again);
  }

  /** The disk does what it should. */
  passed(): void {
    this.#retry?.cancel();
    this.#problem = undefined;
  }

  /** Nothing is tried any more. */
  end(): void {
    this.#isOver = true;
    this.#retry?.cancel();
  }
}
