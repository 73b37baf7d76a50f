// Announces one torrent to its trackers: tier by tier until one answers (BEP 12), or to one of each tier; again when that
// one wants it (BEP 3). Invariant: at most one request of a walk is out at a time (before `stop`); no tracker's fault
// throws, delays `stop` or ends this.

import type { PeerAddress } from '@enjambre/metainfo';
import type { Clock, Logger, Random, Timer } from '@enjambre/runtime';
import { isTrackerError, type TrackerError } from '../errors.ts';
import type { AnnounceAnswer } from '../protocol/announce-answer.ts';
import type { AnnouncedHosts, AnnounceEvent } from '../protocol/announce-request.ts';
import { TierList } from './tier-list.ts';
import { TierWalk } from './tier-walk.ts';
import type { TrackerCallers } from './tracker-caller.ts';
import { TrackerEntry, type TrackerView } from './tracker-entry.ts';

/** Enough to fill a client's connections, and what trackers commonly give at most. */
const NUM_WANT = 100;
/** `stop` gives up this long before its deadline, so that it resolves within it. */
const STOP_MARGIN_MS = 20;
/** A tracker that has not answered `started` yet is most likely gone: a goodbye to it is not worth the whole deadline. */
const SILENT_STOP_MS = 1000;
/** A tracker that was taken out is told so for this long. */
const FAREWELL_MS = 5000;

/** Public torrents carry lists of 50; what is beyond would only be knocked at in vain, or for somebody's pleasure. */
export const MAX_TRACKERS = 100;
/** The walk over all tiers, where it is the only one. */
const ONLY_WALK = 0;

/** What trackers are told of the torrent each time. */
export interface AnnouncedProgress {
  /** Bytes of payload since the start. */
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
  /** Bytes not yet verified; 0 makes us a seed. */
  readonly leftBytes: number;
}

export interface AnnouncerOptions {
  /** URLs as the torrent has them, tier by tier. */
  readonly tiers: readonly (readonly string[])[];
  /** One tracker of each tier is kept informed, not only one of all. Default false, as BEP 12 has it. */
  readonly allTiers?: boolean;
  /** 20 bytes. */
  readonly infoHash: Uint8Array;
  /** 20 bytes. */
  readonly peerId: Uint8Array;
  /** Where our peer connections are accepted. */
  readonly port: number;
  readonly announcedHosts?: AnnouncedHosts;
  readonly progress: () => AnnouncedProgress;
  readonly onPeers: (peers: readonly PeerAddress[]) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly callers: TrackerCallers;
  readonly logger: Logger;
}

export class Announcer {
  readonly #options: AnnouncerOptions;
  readonly #entries: TrackerEntry[];
  /** By tier with all tiers, else one. */
  readonly #walks = new Map<number, TierWalk>();
  readonly #key: string;
  readonly #abort = new AbortController();
  #timer: Timer | undefined;
  #working = false;
  #wokenMeanwhile = false;
  #complete = false;
  #stopping: Promise<void> | undefined;

  constructor(options: AnnouncerOptions) {
    const { random, allTiers = false } = options;
    this.#options = options;
    const tiers = this.#readTiers(options.tiers);
    this.#entries = tiers.flat();
    if (!allTiers) this.#walks.set(ONLY_WALK, new TierWalk(new TierList(tiers, random)));
    else
      for (const [tier, entries] of tiers.entries())
        this.#walks.set(tier, new TierWalk(new TierList([entries], random)));
    this.#key = Buffer.from(random.bytes(4)).toString('hex');
  }

  /** Announces now, and from then on when it is time. */
  start(): void {
    this.#wake();
  }

  /** Everything is verified: says so at once to those trackers that know us as a leecher. */
  completed(): void {
    this.#complete = true;
    this.#wake();
  }

  /** More peers are needed: asks the tracker that works as soon as its minimum interval allows, not only when it is due. */
  needPeers(): void {
    for (const walk of this.#walks.values()) walk.hurry();
    if (!this.#working && this.#stopping === undefined) this.#plan();
  }

  /**
   * A person wants it now: the back-off of those that failed and the regular interval of those that answered are set
   * aside, minimum intervals and what a tracker asked for when it refused are not.
   * @returns milliseconds until a tracker may be asked; 0 when one is asked now, `Infinity` when none ever may
   */
  reannounce(): number {
    const now = this.#options.clock.now();
    const waitMs = Math.min(...Array.from(this.#walks.values(), (walk) => walk.urge(now)));
    if (waitMs === 0) this.#wake();
    return waitMs;
  }

  /** Adds a tracker, behind others of its tier (from 0). Returns false when it is there, or there are too many. */
  add(url: string, tier: number): boolean {
    if (this.#entries.length >= MAX_TRACKERS || this.#entries.some(({ text }) => text === url)) return false;
    const { callers, clock } = this.#options;
    const entry = new TrackerEntry(url, tier, callers);
    const behind = this.#entries.findIndex((other) => other.tier > tier);
    this.#entries.splice(behind === -1 ? this.#entries.length : behind, 0, entry);
    const walk = this.#walkOf(tier);
    if (!walk.isWorking) walk.nextAt = clock.now();
    walk.order.add(entry, this.#options.allTiers ? 0 : tier);
    this.#wake();
    return true;
  }

  /** Takes a tracker out, and tells it so in the background. Returns false when it is not there. */
  remove(url: string): boolean {
    const { clock } = this.#options;
    const index = this.#entries.findIndex(({ text }) => text === url);
    if (index === -1) return false;
    const [entry] = this.#entries.splice(index, 1);
    for (const walk of this.#walks.values()) walk.remove(entry, clock.now());
    if (entry.started && this.#stopping === undefined) void this.#takeLeave(entry, FAREWELL_MS);
    this.#wake();
    return true;
  }

  /** Asks every tracker how many are in the swarm (BEP 48); what they say is in `trackers` from then on. */
  async scrape(): Promise<void> {
    const { infoHash, callers } = this.#options;
    await Promise.all(
      this.#entries.map(async (entry) => {
        if (entry.url === undefined) return;
        const counts = await callers[entry.url.protocol].scrape(entry.url, [infoHash], this.#abort.signal);
        entry.scraped(isTrackerError(counts) ? counts : counts.get(Buffer.from(infoHash).toString('hex')));
      }),
    );
  }

  /** Says `stopped` to those that were told `started`. Resolves within `deadlineMs` whatever they do. */
  stop(deadlineMs: number): Promise<void> {
    this.#stopping ??= this.#stop(deadlineMs);
    return this.#stopping;
  }

  /** All trackers, in the torrent's order. */
  get trackers(): readonly TrackerView[] {
    return this.#entries.map((entry) => entry.view(this.#options.clock));
  }

  #wake(): void {
    if (this.#stopping !== undefined) return;
    if (this.#working) {
      this.#wokenMeanwhile = true;
      return;
    }
    this.#working = true;
    this.#timer?.cancel();
    void this.#work().finally(() => {
      this.#working = false;
      if (this.#stopping !== undefined) return;
      const again = this.#wokenMeanwhile;
      this.#wokenMeanwhile = false;
      if (again) this.#wake();
      else this.#plan();
    });
  }

  async #work(): Promise<void> {
    const { clock } = this.#options;
    for (const entry of this.#owed()) {
      // BEP 3 wants `completed` when it happens: a minimum interval does not hold it up, a failure's back-off does.
      if (!entry.failing || entry.earliestAt <= clock.now()) await this.#announce(entry);
    }
    if (this.#stopping !== undefined) return;
    const due = [...this.#walks.values()].filter((walk) => clock.now() >= walk.nextAt);
    const announce = (entry: TrackerEntry) => this.#announce(entry);
    const goesOn = () => this.#stopping === undefined;
    await Promise.all(due.map((walk) => walk.walk(() => clock.now(), announce, goesOn)));
  }

  #owed(): TrackerEntry[] {
    return this.#complete ? this.#entries.filter((entry) => entry.owesCompleted) : [];
  }

  #walkOf(tier: number): TierWalk {
    const key = this.#options.allTiers ? tier : ONLY_WALK;
    const walk = this.#walks.get(key) ?? new TierWalk(new TierList([], this.#options.random));
    this.#walks.set(key, walk);
    return walk;
  }

  #plan(): void {
    const { clock } = this.#options;
    const retries = this.#owed().map((entry) => entry.earliestAt);
    const at = Math.min(...Array.from(this.#walks.values(), ({ nextAt }) => nextAt), ...retries);
    this.#timer?.cancel();
    if (Number.isFinite(at)) this.#timer = clock.after(Math.max(0, at - clock.now()), () => this.#wake());
  }

  async #announce(entry: TrackerEntry): Promise<boolean> {
    const { clock, random, logger } = this.#options;
    const event = this.#eventFor(entry);
    const { leftBytes } = this.#options.progress();
    entry.announcing = true;
    const answer = await this.#ask(entry, event, this.#abort.signal);
    if (this.#stopping !== undefined) return false;
    entry.announcing = false;
    const wasFailing = entry.failing;
    if (isTrackerError(answer)) {
      entry.failed(answer, clock.now(), random);
      if (!wasFailing) logger.log('warn', `tracker ${entry.name}: ${entry.lastAnswer}`, { tracker: entry.name });
      return false;
    }
    entry.succeeded(answer, event, leftBytes, clock.now());
    logger.log(wasFailing ? 'info' : 'debug', `tracker ${entry.name}: ${entry.lastAnswer}`, { tracker: entry.name });
    if (answer.peers.length > 0) this.#options.onPeers(answer.peers);
    return true;
  }

  #eventFor(entry: TrackerEntry): AnnounceEvent | undefined {
    if (!entry.started) return 'started';
    return this.#complete && entry.owesCompleted ? 'completed' : undefined;
  }

  async #ask(
    { url, trackerId }: TrackerEntry,
    event: AnnounceEvent | undefined,
    signal: AbortSignal,
  ): Promise<AnnounceAnswer | TrackerError> {
    const { infoHash, peerId, port, announcedHosts = {}, callers } = this.#options;
    if (url === undefined) return { code: 'unsupported-scheme', message: 'cannot be asked' };
    const { uploadedBytes, downloadedBytes, leftBytes } = this.#options.progress();
    const request = {
      ...{ uploadedBytes, downloadedBytes, leftBytes },
      ...{ infoHash, peerId, port, announcedHosts, event, trackerId },
      numWant: event === 'stopped' ? 0 : NUM_WANT,
      key: this.#key,
    };
    return await callers[url.protocol].announce(url, request, signal);
  }

  async #stop(deadlineMs: number): Promise<void> {
    this.#timer?.cancel();
    // One that has not answered yet may still have heard us.
    const told = this.#entries.filter((entry) => entry.started || entry.announcing);
    this.#abort.abort();
    for (const entry of this.#entries) entry.announcing = false;
    const patienceMs = Math.max(0, deadlineMs - STOP_MARGIN_MS);
    await Promise.all(
      told.map((entry) => this.#takeLeave(entry, entry.started ? patienceMs : Math.min(patienceMs, SILENT_STOP_MS))),
    );
  }

  /** Resolves when the tracker answered, or after `patienceMs` whatever it does. */
  async #takeLeave(entry: TrackerEntry, patienceMs: number): Promise<void> {
    const givingUp = new AbortController();
    const { promise: tooLong, resolve } = Promise.withResolvers<void>();
    const timer = this.#options.clock.after(patienceMs, () => {
      givingUp.abort();
      resolve();
    });
    await Promise.race([this.#ask(entry, 'stopped', givingUp.signal), tooLong]);
    timer.cancel();
  }

  /** Each URL once, where it stands first. */
  #readTiers(tiers: readonly (readonly string[])[]): TrackerEntry[][] {
    const { callers } = this.#options;
    const urls = new Set(tiers.flat().slice(0, MAX_TRACKERS));
    return tiers
      .map((tier) => tier.filter((url) => urls.delete(url)))
      .map((tier, index) => tier.map((url) => new TrackerEntry(url, index, callers)));
  }
}
