// Keeps a tracker's swarms over a restart: taken in at the start, written now and then and at the end.
// Invariant: one write at a time, so that the last one is the newest.

import { systemClock, type Timer } from '@enjambre/runtime';
import type { TrackerServer } from '@enjambre/tracker';
import { readSwarms, writeSwarms } from './swarm-file.ts';

/** What a tracker that is killed forgets at most. */
const SAVE_INTERVAL_MS = 30_000;

export class SwarmKeeper {
  readonly #server: TrackerServer;
  readonly #folder: string;
  readonly #complain: (sentence: string) => void;
  #saving: Promise<void> = Promise.resolve();
  #timer: Timer | undefined;

  constructor(server: TrackerServer, folder: string, complain: (sentence: string) => void) {
    this.#server = server;
    this.#folder = folder;
    this.#complain = complain;
  }

  /** @throws Error with a sentence when what is there can't be used */
  async open(): Promise<void> {
    this.#server.restore(await readSwarms(this.#folder, systemClock.wallTime()));
    this.#timer = systemClock.every(SAVE_INTERVAL_MS, () => void this.#save());
  }

  async close(): Promise<void> {
    this.#timer?.cancel();
    await this.#save();
  }

  #save(): Promise<void> {
    this.#saving = this.#saving.then(async () => {
      try {
        await writeSwarms(this.#folder, this.#server.remembered(), systemClock.wallTime());
      } catch (error) {
        this.#complain(`--data-dir: ${this.#folder} cannot be written: ${(error as Error).message}`);
      }
    });
    return this.#saving;
  }
}
