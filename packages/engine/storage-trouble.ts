// What a disk refused a torrent, and when it is tried again.
// Invariant: each trouble is logged once, however often it is met in a row; at most one retry is planned.

import type { Clock, Logger, Timer } from '@enjambre/runtime';
import { StorageError } from './storage/piece-store.ts';
import type { TorrentReason } from './torrent-reason.ts';

/** A disk that refused is tried again so often. */
const RETRY_MS = 10_000;
/** Met again before so long it is the same trouble: one file of many refuses, and others went well in between. */
const SAME_TROUBLE_MS = 60_000;

export class StorageTrouble {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #infoHash: string;
  #problem: TorrentReason | undefined;
  #retry: Timer | undefined;
  #again: (() => void) | undefined;
  #logged = '';
  #metAtMs = Number.NEGATIVE_INFINITY;
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
    const nowMs = this.#clock.now();
    if (this.#logged !== message || nowMs - this.#metAtMs > SAME_TROUBLE_MS) {
      this.#logger.log('error', message, { infoHash: this.#infoHash, code });
    }
    this.#logged = message;
    this.#metAtMs = nowMs;
    this.#problem = { code, message };
    this.retryLater(again);
  }

  retryLater(again: () => void): void {
    this.#retry?.cancel();
    this.#again = again;
    if (!this.#isOver) this.#retry = this.#clock.after(RETRY_MS, again);
  }

  /** Somebody says that it is worth a try: what is planned for later is done now. */
  retryNow(): void {
    this.#retry?.cancel();
    if (!this.#isOver) this.#again?.();
  }

  /** The disk does what it should. */
  passed(): void {
    this.#retry?.cancel();
    this.#again = undefined;
    this.#problem = undefined;
  }

  /** Nothing is tried any more. */
  end(): void {
    this.#isOver = true;
    this.#retry?.cancel();
  }
}
