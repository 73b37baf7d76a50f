// Where the torrents of this client look for peers: which sources there are and which are on, which trackers are asked, and
// what people change of that while it runs, remembered over a restart.
// Invariant: a private torrent has the trackers of its own .torrent and nothing else (BEP 27), whatever is asked.

import type { PeerSource } from '@enjambre/engine';
import type { Clock, Logger, Random } from '@enjambre/runtime';
import { MAX_TRACKERS } from '@enjambre/tracker';
import type { Config } from './config.ts';
import { ApiError, keeping } from './errors.ts';
import { sourceNames } from './flag-values.ts';
import type { OwnOverlay } from './own-overlay.ts';
import { createTrackerCallers } from './sources/tracker-callers.ts';
import { type ListedTracker, TrackerSource } from './sources/tracker-source.ts';
import type { DiscoveryStore, DiscoveryWishes, SourceWishes } from './state/discovery-store.ts';
import type { MetainfoFile } from './state/metainfo-file.ts';
import type { TorrentEntry } from './torrent-entry.ts';

export interface DiscoveryOptions {
  readonly config: Pick<Config, 'usesTrackers' | 'trackers' | 'allTiers' | 'overlay' | 'hostname' | 'listenHost'>;
  readonly overlay: OwnOverlay;
  readonly store: DiscoveryStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Of those that `--discovery-mode` knows the ones that there are. */
const NAMES = ['tracker', 'overlay'] as const satisfies readonly (typeof sourceNames)[number][];

type Description = MetainfoFile['description'];

/** The sources of one torrent, as the engine is given them. */
interface TorrentSources {
  readonly trackers: TrackerSource;
  readonly sources: readonly PeerSource[];
  readonly isSourceOn: (name: string) => boolean;
}

export class Discovery {
  readonly #options: DiscoveryOptions;
  readonly #callers: ReturnType<typeof createTrackerCallers>;
  #defaults: SourceWishes | undefined;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
    this.#callers = createTrackerCallers(options.config.listenHost, options);
  }

  sourcesOf(description: Description): TorrentSources {
    const { config, overlay, store } = this.#options;
    const { allTiers, hostname, listenHost } = config;
    const wishes = store.of(description.infoHashV1.toHex());
    const trackers = new TrackerSource({
      ...{ ...this.#options, allTiers, hostname, listenHost, callers: this.#callers },
      trackers: [...this.#ownTrackers(description, wishes), ...(description.private ? [] : wishes.addedTrackers)],
    });
    const sources: PeerSource[] = [trackers];
    if (!description.private) sources.push(overlay.source(description.geometry.totalSize));
    const isSourceOn = (name: string): boolean => wishes.sources[name] ?? (description.private || this.#isOn(name));
    return { trackers, sources, isSourceOn };
  }

  /** Each source there is, and whether torrents without a wish of their own use it. */
  get defaults(): { name: string; enabled: boolean }[] {
    return NAMES.map((name) => ({ name, enabled: this.#isOn(name) }));
  }

  /**
   * For all torrents without a wish of their own, private ones apart, now and later.
   * @throws ApiError `source-not-found`, `not-kept`; then nothing has changed
   */
  setDefault(name: string, enabled: boolean, entries: readonly TorrentEntry[]): void {
    requireName(name);
    const { store } = this.#options;
    const defaults = { ...this.#wished, [name]: enabled };
    keeping(() => store.setDefaults(defaults));
    this.#defaults = defaults;
    for (const { torrent } of entries) {
      if (torrent.metainfo.private || store.of(torrent.infoHash).sources[name] !== undefined) continue;
      torrent.sources.setEnabled(name, enabled);
    }
  }

  /** @throws ApiError `source-not-found`, `private-torrent`, `not-kept`; then nothing has changed */
  setSource({ torrent }: TorrentEntry, name: string, enabled: boolean): void {
    if (torrent.metainfo.private && name !== 'tracker' && (sourceNames as readonly string[]).includes(name)) {
      throw new ApiError(409, 'private-torrent', `A private torrent has its trackers only, and no ${name} (BEP 27).`);
    }
    requireName(name);
    const wishes = this.#options.store.of(torrent.infoHash);
    this.#keep(torrent.infoHash, { ...wishes, sources: { ...wishes.sources, [name]: enabled } });
    torrent.sources.setEnabled(name, enabled);
  }

  /**
   * @param tier from 0; undefined: where the torrent has it, or else behind all others
   * @throws ApiError `private-torrent`, `tracker-exists`, `too-many-trackers`, `not-kept`; then nothing has changed
   */
  addTracker({ torrent, metainfo, trackers }: TorrentEntry, url: string, tier: number | undefined): void {
    if (torrent.metainfo.private) {
      throw new ApiError(409, 'private-torrent', 'A private torrent has the trackers of its .torrent only (BEP 27).');
    }
    if (trackers.has(url)) throw new ApiError(409, 'tracker-exists', 'That tracker is there already.');
    if (trackers.isFull) {
      throw new ApiError(409, 'too-many-trackers', `A torrent has at most ${MAX_TRACKERS} trackers.`);
    }
    const wishes = this.#options.store.of(torrent.infoHash);
    const removedTrackers = wishes.removedTrackers.filter((removed) => removed !== url);
    const own = this.#ownTrackers(metainfo.description, { ...wishes, removedTrackers }).find((one) => one.url === url);
    const added = { url, tier: tier ?? own?.tier ?? trackers.nextTier };
    const isAsItWas = own?.tier === added.tier;
    const addedTrackers = isAsItWas ? wishes.addedTrackers : [...wishes.addedTrackers, added];
    // One of the torrent's own that moves to another tier stays removed where it was.
    this.#keep(torrent.infoHash, {
      ...wishes,
      addedTrackers,
      removedTrackers: isAsItWas ? removedTrackers : wishes.removedTrackers,
    });
    trackers.add(added);
  }

  /** @throws ApiError `tracker-not-found`, `not-kept`; then nothing has changed */
  removeTracker({ torrent, metainfo, trackers }: TorrentEntry, url: string): void {
    if (!trackers.has(url)) throw new ApiError(404, 'tracker-not-found', 'The torrent has no such tracker.');
    const wishes = this.#options.store.of(torrent.infoHash);
    const addedTrackers = wishes.addedTrackers.filter((added) => added.url !== url);
    const isOwn = this.#ownTrackers(metainfo.description, wishes).some((own) => own.url === url);
    const removedTrackers = isOwn ? [...wishes.removedTrackers, url] : wishes.removedTrackers;
    this.#keep(torrent.infoHash, { ...wishes, addedTrackers, removedTrackers });
    trackers.remove(url);
  }

  /** The torrent is gone. @throws the system's error */
  forget(infoHash: string): void {
    this.#options.store.drop(infoHash);
  }

  get #wished(): SourceWishes {
    this.#defaults ??= this.#options.store.defaults;
    return this.#defaults;
  }

  #isOn(name: string): boolean {
    const { usesTrackers, overlay } = this.#options.config;
    return this.#wished[name] ?? (name === 'tracker' ? usesTrackers : overlay.isWanted);
  }

  /** Those of the .torrent, then those of `--tracker`, each in a tier of its own. */
  #ownTrackers(description: Description, { removedTrackers }: DiscoveryWishes): ListedTracker[] {
    const tiers = [...description.trackers];
    if (!description.private) tiers.push(...this.#options.config.trackers.map((url) => [url]));
    const own = tiers.flatMap((urls, tier) => urls.map((url) => ({ url, tier })));
    return own.filter(({ url }) => !removedTrackers.includes(url));
  }

  #keep(infoHash: string, wishes: DiscoveryWishes): void {
    keeping(() => this.#options.store.set(infoHash, wishes));
  }
}

function requireName(name: string): void {
  if ((NAMES as readonly string[]).includes(name)) return;
  throw new ApiError(404, 'source-not-found', `There is no source of that name; there are ${NAMES.join(' and ')}.`);
}
