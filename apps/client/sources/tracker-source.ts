// Peers from a torrent's trackers: what joins the tracker package to the engine's interface.
// Invariant: nothing is announced before `start` nor after `stop`, not even when a name resolves late; which trackers there
// are outlives both.

import type { PeerSource, SourceReport, SwarmView } from '@enjambre/engine';
import { addressScope, parseIpAddress } from '@enjambre/metainfo';
import type { Clock, Logger, Random } from '@enjambre/runtime';
import {
  type AnnouncedHosts,
  Announcer,
  MAX_TRACKERS,
  type TrackerCallers,
  type TrackerView,
  viewUnasked,
} from '@enjambre/tracker';
import { resolveAnnouncedHosts } from './announced-hosts.ts';

/** Scrapes on somebody's wish are no sooner after each other. */
const LEAST_SCRAPE_MS = 10_000;

export interface ListedTracker {
  readonly url: string;
  /** From 0. */
  readonly tier: number;
}

export interface TrackerSourceOptions {
  /** Those it begins with; each URL counts once. */
  readonly trackers: readonly ListedTracker[];
  /** One of each tier is kept informed, not only one of all. */
  readonly allTiers: boolean;
  /** Name or address at which peers reach us, when it is not the one that the tracker sees. */
  readonly hostname: string | undefined;
  /** The one address we listen on; undefined for all. */
  readonly listenHost: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** How trackers are asked; one for all torrents. */
  readonly callers: TrackerCallers;
}

export class TrackerSource implements PeerSource {
  readonly name = 'tracker';
  readonly #options: TrackerSourceOptions;
  #listed: ListedTracker[];
  #announcer: Announcer | undefined;
  #complete = false;
  #scrapableAtMs = Number.NEGATIVE_INFINITY;
  /** Counts starts and stops: what was begun before the last one is over. */
  #turn = 0;
  /** The goodbye of the announcer before: a new one waits for it, or the tracker would take us out after letting us in. */
  #leaving: Promise<void> = Promise.resolve();

  constructor(options: TrackerSourceOptions) {
    this.#options = options;
    const urls = new Set<string>();
    this.#listed = options.trackers
      .filter(({ url }) => !urls.has(url) && urls.add(url))
      .slice(0, MAX_TRACKERS)
      .sort((a, b) => a.tier - b.tier);
  }

  start(swarm: SwarmView): void {
    const turn = ++this.#turn;
    const { hostname, clock } = this.#options;
    void Promise.all([resolveAnnouncedHosts(hostname, clock), this.#leaving]).then(([announcedHosts]) => {
      if (this.#turn !== turn) return;
      this.#announcer = this.#createAnnouncer(swarm, announcedHosts);
      this.#announcer.start();
      if (this.#complete) this.#announcer.completed();
    });
  }

  completed(): void {
    this.#complete = true;
    this.#announcer?.completed();
  }

  /** More peers are needed than were found: asks again as soon as the tracker allows. */
  needPeers(): void {
    this.#announcer?.needPeers();
  }

  async stop(deadlineMs: number): Promise<void> {
    this.#turn++;
    this.#leaving = this.#announcer?.stop(deadlineMs) ?? this.#leaving;
    this.#announcer = undefined;
    await this.#leaving;
  }

  get report(): SourceReport {
    if (this.#listed.length === 0) return { nextAt: undefined, error: 'the torrent names none' };
    const { trackers } = this;
    const planned = trackers.map(({ nextAnnounceAt }) => nextAnnounceAt).filter((at) => at !== undefined);
    const isFailing = trackers.every(({ state }) => state === 'failing' || state === 'unsupported');
    const [{ lastAnswer }] = trackers;
    return {
      nextAt: planned.length === 0 ? undefined : Math.min(...planned),
      error: isFailing && this.#announcer !== undefined ? lastAnswer : undefined,
    };
  }

  /** How each tracker fares, tier by tier. */
  get trackers(): readonly TrackerView[] {
    const { callers, clock } = this.#options;
    return this.#announcer?.trackers ?? this.#listed.map(({ url, tier }) => viewUnasked(url, tier, callers, clock));
  }

  /** A tier behind all others. */
  get nextTier(): number {
    return Math.min(MAX_TRACKERS - 1, 1 + Math.max(-1, ...this.#listed.map(({ tier }) => tier)));
  }

  get isFull(): boolean {
    return this.#listed.length >= MAX_TRACKERS;
  }

  has(url: string): boolean {
    return this.#listed.some((tracker) => tracker.url === url);
  }

  /** @param tracker none that is there; there must be room */
  add(tracker: ListedTracker): void {
    this.#listed = [...this.#listed, tracker].sort((a, b) => a.tier - b.tier);
    this.#announcer?.add(tracker.url, tracker.tier);
  }

  remove(url: string): void {
    this.#listed = this.#listed.filter((tracker) => tracker.url !== url);
    this.#announcer?.remove(url);
  }

  /** @returns milliseconds until a tracker may be asked; 0 when one is asked now, `Infinity` when none will be */
  reannounce(): number {
    return this.#announcer?.reannounce() ?? Number.POSITIVE_INFINITY;
  }

  /** Asks all trackers for their counts, which `trackers` then shows. @returns as `reannounce` */
  scrape(): number {
    if (this.#announcer === undefined) return Number.POSITIVE_INFINITY;
    const nowMs = this.#options.clock.now();
    if (nowMs < this.#scrapableAtMs) return this.#scrapableAtMs - nowMs;
    this.#scrapableAtMs = nowMs + LEAST_SCRAPE_MS;
    void this.#announcer.scrape();
    return 0;
  }

  #createAnnouncer(swarm: SwarmView, announcedHosts: AnnouncedHosts): Announcer {
    const { allTiers, callers, clock, random, logger } = this.#options;
    const tiers: string[][] = [];
    for (const { url, tier } of this.#listed) {
      while (tiers.length <= tier) tiers.push([]);
      tiers[tier].push(url);
    }
    return new Announcer({
      ...{ tiers, allTiers, announcedHosts, clock, random, logger, callers },
      infoHash: swarm.infoHash,
      peerId: swarm.peerId,
      port: swarm.listenPort,
      progress: () => swarm,
      onPeers: (peers) => {
        swarm.setOwnHosts(this.#ownHosts(announcedHosts));
        swarm.addPeers(peers);
      },
    });
  }

  /**
   * What we say where we are, and where trackers see us (BEP 24). A private address that a tracker sees is a gateway's, and
   * somebody else may be there: it counts only when we listen on it.
   */
  #ownHosts({ v4, v6 }: AnnouncedHosts): string[] {
    const seen = this.trackers
      .flatMap(({ externalIps }) => externalIps)
      .filter((host) => host === this.#options.listenHost || addressScope(parseIpAddress(host)!) === 'public');
    return [v4, v6, ...seen].filter((host) => host !== undefined);
  }
}
