// Keeps a tracker's swarms over a restart: taken in at the start, written now and then and at the end.
// Invariant: one write at a time, so that the last one is the newest.

import { systemClock, type Timer } from '@enjambre/runtime';
import type { TrackerServer } from '@enjambre/tracker';
import { readSet, writeSet } from './set-file.ts';
import { prepareFolder, readSwarms, writeSwarms } from './swarm-file.ts';

/** What a tracker that is killed forgets at most, unless it is large. */
const SAVE_INTERVAL_MS = 30_000;
/** A write may take this share of the time: a million peers are 52 MB. */
const REST_PER_WRITE = 50;

export class SwarmKeeper {
  readonly #server: TrackerServer;
  readonly #folder: string;
  readonly #complain: (sentence: string) => void;
  #saving: Promise<void> = Promise.resolve();
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(server: TrackerServer, folder: string, complain: (sentence: string) => void) {
    this.#server = server;
    this.#folder = folder;
    this.#complain = complain;
  }

  /** @throws Error with a sentence when what is there can't be used, or nothing can be written */
  async open(): Promise<void> {
    // Told now: the first write comes half a minute later, when nobody looks any more.
    await prepareFolder(this.#folder);
    await readSwarms(this.#folder, (pieces) => this.#server.restore(pieces));
    await readSet(this.#folder, (bytes) => this.#server.restoreSet(bytes));
    this.#schedule(0);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#saving;
    await this.#save();
  }

  #schedule(tookMs: number): void {
    if (this.#isClosed) return;
    this.#timer = systemClock.after(Math.max(SAVE_INTERVAL_MS, tookMs * REST_PER_WRITE), () => {
      const startedAt = systemClock.now();
      this.#saving = this.#save().then(() => this.#schedule(systemClock.now() - startedAt));
    });
  }

  async #save(): Promise<void> {
    try {
      await writeSwarms(this.#folder, this.#server.snapshot());
      const state = this.#server.setState();
      if (state !== undefined) await writeSet(this.#folder, state);
    } catch (error) {
      this.#complain(`--data-dir: ${this.#folder} cannot be written: ${(error as Error).message}`);
    }
  }
}
