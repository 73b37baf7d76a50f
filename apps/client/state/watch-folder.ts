// A folder whose .torrent files are handed over as they appear. Invariant: each version of a file (length, and time of change,
// of its rights and name too) is handed over once, and only after it has stopped changing; again when what it waits for has come.
// What has such a name and is no file is named, once.

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Logger, Timer } from '@enjambre/runtime';
import { reasonOf, StartError } from '../errors.ts';

/** Looking is cheap and works on every file system, which notifications do not. */
const SCAN_INTERVAL_MS = 1000;
/** Unchanged for so long at first sight: nobody is writing it any more. */
const SETTLED_AGE_MS = 2000;
/** A folder that looks the same is gone through so often: files that are replaced in place do not change it. */
const FULL_SCAN_INTERVAL_MS = 15_000;

interface Sighting {
  readonly version: string;
  handedOver: boolean;
  /** It was handed over before, and something was in its way. */
  waited: boolean;
}

/**
 * Gets the path of each file that has settled; what is wrong with it is for the receiver to say.
 * Whoever cannot take it yet answers with what it waits for.
 */
type OnTorrent = (path: string) => Promise<void> | undefined;

export class WatchFolder {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #onTorrent: OnTorrent;
  #sightings = new Map<string, Sighting>();
  /** The folder's own time of change, and when it was gone through last. */
  #folderTimeMs = 0;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #isSettled = false;
  #timer: Timer | undefined;
  #scanning = false;
  #problem: string | undefined;

  constructor(path: string, clock: Clock, logger: Logger, onTorrent: OnTorrent) {
    this.#path = path;
    this.#clock = clock;
    this.#logger = logger;
    this.#onTorrent = onTorrent;
  }

  /** Looks once, then again and again. @throws StartError when there is no such folder */
  async start(): Promise<void> {
    this.#timer = this.#clock.every(SCAN_INTERVAL_MS, () => void this.scan());
    try {
      await this.#look();
    } catch (error) {
      this.stop();
      throw new StartError('watch-folder', `--watch ${this.#path}: cannot be read: ${reasonOf(error)}`, {
        cause: error,
      });
    }
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** Looks once. A folder that cannot be read is named in the log, once, and looked at again. */
  async scan(): Promise<void> {
    // A scan of a slow disk may outlast the interval.
    if (this.#scanning) return;
    this.#scanning = true;
    try {
      await this.#look();
      this.#problem = undefined;
    } catch (error) {
      const problem = reasonOf(error);
      if (problem !== this.#problem)
        this.#logger.log('warn', `the watched folder ${this.#path} cannot be read: ${problem}`);
      this.#problem = problem;
    } finally {
      this.#scanning = false;
    }
  }

  async #look(): Promise<void> {
    const nowMs = this.#clock.now();
    const { mtimeMs } = await stat(this.#path);
    const isDue = nowMs - this.#lookedAtMs >= FULL_SCAN_INTERVAL_MS;
    if (this.#isSettled && mtimeMs === this.#folderTimeMs && !isDue) return;
    this.#folderTimeMs = mtimeMs;
    this.#lookedAtMs = nowMs;
    // Within a tick of its time of change another file may come without changing it again.
    this.#isSettled = this.#clock.wallTime() - mtimeMs > SETTLED_AGE_MS;
    const sightings = new Map<string, Sighting>();
    const names = (await readdir(this.#path)).filter((name) => /^[^.].*\.torrent$/is.test(name));
    for (const name of names.sort()) {
      const { version, changedAtMs, problem } = await lookAt(this.#path, name);
      const before = this.#sightings.get(name);
      const isSame = before?.version === version;
      const sighting = isSame ? before : { version, handedOver: false, waited: false };
      sightings.set(name, sighting);
      const settled = isSame || this.#clock.wallTime() - changedAtMs > SETTLED_AGE_MS;
      if (!settled) this.#isSettled = false;
      if (settled && !sighting.handedOver) this.#handOver(join(this.#path, name), sighting, problem);
    }
    this.#sightings = sightings;
  }

  #handOver(path: string, sighting: Sighting, problem: string | undefined): void {
    sighting.handedOver = true;
    if (problem !== undefined) return this.#logger.log('warn', `${path}: cannot be read: ${problem}`);
    if (sighting.waited) this.#logger.log('info', `${path}: tried again: what was in its way is gone`);
    void this.#onTorrent(path)?.then(() => {
      sighting.handedOver = false;
      sighting.waited = true;
      this.#isSettled = false;
    });
  }
}

interface Look {
  readonly version: string;
  readonly changedAtMs: number;
  /** Why it cannot be handed over. */
  readonly problem?: string;
}

async function lookAt(folder: string, name: string): Promise<Look> {
  try {
    const stats = await stat(join(folder, name));
    if (!stats.isFile()) return unusable('it is no file');
    // The time of rights and names: one that could not be read may be readable now.
    const version = `${stats.size} ${stats.mtimeMs} ${stats.ctimeMs} ${stats.ino}`;
    return { version, changedAtMs: stats.mtimeMs };
  } catch (error) {
    // Bytes that are no UTF-8 come as U+FFFD, and no file has that name.
    return unusable(name.includes('\ufffd') ? 'its name is not UTF-8' : reasonOf(error));
  }
}

/** Seen twice before it is named: one that is gone by the second look was on its way elsewhere. */
function unusable(problem: string): Look {
  return { version: problem, changedAtMs: Number.POSITIVE_INFINITY, problem };
}
