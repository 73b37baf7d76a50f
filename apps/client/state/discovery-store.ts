// What people changed of where peers come from, kept over a restart: `discovery.json` for all torrents, `<info hash>.discovery`
// for one. Invariant: each file is whole whenever it is there, and there only when it says something.

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '@enjambre/runtime';
import { reasonOf } from '../errors.ts';
import { writeWholeFile } from './whole-file.ts';

/** By a source's name: on or off. */
export type SourceWishes = Readonly<Record<string, boolean>>;

export interface DiscoveryWishes {
  readonly sources: SourceWishes;
  /** Trackers that the torrent itself has not. */
  readonly addedTrackers: readonly { readonly url: string; readonly tier: number }[];
  /** Trackers that the torrent has, and that are not to be asked. */
  readonly removedTrackers: readonly string[];
}

const NO_WISHES: DiscoveryWishes = { sources: {}, addedTrackers: [], removedTrackers: [] };

export class DiscoveryStore {
  readonly #folder: string;
  readonly #logger: Logger;

  constructor(folder: string, logger: Logger) {
    this.#folder = folder;
    this.#logger = logger;
  }

  /** For torrents without a wish of their own. */
  get defaults(): SourceWishes {
    return readSwitches(this.#read(this.#defaultsPath));
  }

  /** @throws the system's error when it cannot be written */
  setDefaults(wishes: SourceWishes): void {
    this.#write(this.#defaultsPath, wishes, Object.keys(wishes).length === 0);
  }

  of(infoHash: string): DiscoveryWishes {
    const content = this.#read(this.#path(infoHash));
    if (content === undefined) return NO_WISHES;
    const added = Array.isArray(content.addedTrackers) ? content.addedTrackers.filter(isTracker) : [];
    const removed = Array.isArray(content.removedTrackers) ? content.removedTrackers : [];
    return {
      sources: readSwitches(content.sources),
      addedTrackers: added.map(({ url, tier }) => ({ url, tier })),
      removedTrackers: removed.filter((url) => typeof url === 'string'),
    };
  }

  /** @throws the system's error when it cannot be written */
  set(infoHash: string, wishes: DiscoveryWishes): void {
    const { sources, addedTrackers, removedTrackers } = wishes;
    const isEmpty = Object.keys(sources).length + addedTrackers.length + removedTrackers.length === 0;
    this.#write(this.#path(infoHash), wishes, isEmpty);
  }

  /** @throws the system's error */
  drop(infoHash: string): void {
    rmSync(this.#path(infoHash), { force: true });
  }

  get #defaultsPath(): string {
    return join(this.#folder, 'discovery.json');
  }

  #path(infoHash: string): string {
    return join(this.#folder, `${infoHash}.discovery`);
  }

  /** What cannot be read is named and counts as nothing: it was only a wish. */
  #read(path: string): Readonly<Record<string, unknown>> | undefined {
    try {
      const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
      if (typeof content === 'object' && content !== null) return content as Record<string, unknown>;
      throw new Error('it holds no object');
    } catch (error) {
      const isThere = (error as NodeJS.ErrnoException).code !== 'ENOENT';
      if (isThere) this.#logger.log('warn', `${path}: ${reasonOf(error)}; what was set there is forgotten`);
      return undefined;
    }
  }

  #write(path: string, content: object, isEmpty: boolean): void {
    if (isEmpty) rmSync(path, { force: true });
    else writeWholeFile(path, `${JSON.stringify(content)}\n`);
  }
}

function readSwitches(content: unknown): SourceWishes {
  if (typeof content !== 'object' || content === null) return {};
  return Object.fromEntries(Object.entries(content).filter(([, enabled]) => typeof enabled === 'boolean'));
}

function isTracker(one: unknown): one is { url: string; tier: number } {
  if (typeof one !== 'object' || one === null || !('url' in one) || !('tier' in one)) return false;
  return typeof one.url === 'string' && Number.isSafeInteger(one.tier) && Number(one.tier) >= 0;
}
