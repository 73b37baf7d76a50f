// Announces one torrent to its trackers: tier by tier until one answers (BEP 12), again when that one wants it (BEP 3).
// Invariant: at most one request is out at a time (before `stop`); no tracker's fault throws, delays `stop` or ends this.

import type { PeerAddress } from '@enjambre/metainfo';
import type { Clock, Logger, Random, Timer } from '@enjambre/runtime';
import { isTrackerError, type TrackerError } from '../errors.ts';
import { type AnnounceAnswer, parseAnnounceAnswer } from '../protocol/announce-answer.ts';
import { type AnnounceEvent, announceUrl } from '../protocol/announce-request.ts';
import { getFollowingRedirects } from './follow-redirects.ts';
import type { HttpGet } from './http-get.ts';
import { TierList } from './tier-list.ts';
import { TrackerEntry, type TrackerView } from './tracker-entry.ts';

/** Enough to fill a client's connections, and what trackers commonly give at most. */
const NUM_WANT = 100;
/** `stop` gives up this long before its deadline, so that it resolves within it. */
const STOP_MARGIN_MS = 20;

/** Public torrents carry lists of 50; what is beyond would only be knocked at in vain, or for somebody's pleasure. */
const MAX_TRACKERS = 100;

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
  /** 20 bytes. */
  readonly infoHash: Uint8Array;
  /** 20 bytes. */
  readonly peerId: Uint8Array;
  /** Where our peer connections are accepted. */
  readonly port: number;
  /** Address or name at which peers reach us, when it is not the one that the tracker sees. */
  readonly announcedHost?: string | undefined;
  readonly progress: () => AnnouncedProgress;
  readonly onPeers: (peers: readonly PeerAddress[]) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly http: HttpGet;
  readonly logger: Logger;
}

export class Announcer {
  readonly #options: AnnouncerOptions;
  readonly #entries: readonly TrackerEntry[];
  readonly #order: TierList<TrackerEntry>;
  readonly #key: string;
  readonly #abort = new AbortController();
  /** The tracker that answered last: its intervals count. */
  #current: TrackerEntry | undefined;
  #nextWalkAt = 0;
  #timer: Timer | undefined;
  #working = false;
  #wokenMeanwhile = false;
  #complete = false;
  #stopping: Promise<void> | undefined;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
    const tiers = entriesOf(options.tiers);
    this.#entries = tiers.flat();
    this.#order = new TierList(tiers, options.random);
    this.#key = Buffer.from(options.random.bytes(4)).toString('hex');
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
    if (this.#current === undefined || this.#current.failing) return;
    this.#nextWalkAt = Math.min(this.#nextWalkAt, this.#current.earliestAt);
    if (!this.#working) this.#plan();
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
    if (clock.now() >= this.#nextWalkAt && this.#stopping === undefined) await this.#walk();
  }

  async #walk(): Promise<void> {
    const { clock } = this.#options;
    for (const entry of this.#order.inOrder()) {
      if (entry.earliestAt > clock.now()) continue;
      if (await this.#announce(entry)) return;
      if (this.#stopping !== undefined) return;
    }
    this.#nextWalkAt = Math.min(...this.#entries.map((entry) => entry.earliestAt));
  }

  #owed(): TrackerEntry[] {
    return this.#complete ? this.#order.inOrder().filter((entry) => entry.owesCompleted) : [];
  }

  #plan(): void {
    const { clock } = this.#options;
    const retries = this.#owed().map((entry) => entry.earliestAt);
    const at = Math.min(this.#nextWalkAt, ...retries);
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
    this.#order.promote(entry);
    this.#current = entry;
    this.#nextWalkAt = entry.dueAt ?? 0;
    if (answer.peers.length > 0) this.#options.onPeers(answer.peers);
    return true;
  }

  #eventFor(entry: TrackerEntry): AnnounceEvent | undefined {
    if (!entry.started) return 'started';
    return this.#complete && entry.owesCompleted ? 'completed' : undefined;
  }

  async #ask(
    entry: TrackerEntry,
    event: AnnounceEvent | undefined,
    signal: AbortSignal,
  ): Promise<AnnounceAnswer | TrackerError> {
    const { infoHash, peerId, port, announcedHost, http } = this.#options;
    if (entry.url === undefined) return { code: 'unsupported-scheme', message: 'not supported yet' };
    const { uploadedBytes, downloadedBytes, leftBytes } = this.#options.progress();
    const url = announceUrl(entry.url, {
      ...{ uploadedBytes, downloadedBytes, leftBytes },
      ...{ infoHash, peerId, port, announcedHost, event },
      numWant: event === 'stopped' ? 0 : NUM_WANT,
      key: this.#key,
      trackerId: entry.trackerId,
    });
    const body = await getFollowingRedirects(http, url, signal);
    return isTrackerError(body) ? body : parseAnnounceAnswer(body);
  }

  async #stop(deadlineMs: number): Promise<void> {
    this.#timer?.cancel();
    // One that has not answered yet may still have heard us.
    const told = this.#entries.filter((entry) => entry.started || entry.announcing);
    this.#abort.abort();
    for (const entry of this.#entries) entry.announcing = false;
    if (told.length === 0) return;
    const givingUp = new AbortController();
    const timer = this.#options.clock.after(Math.max(0, deadlineMs - STOP_MARGIN_MS), () => givingUp.abort());
    const deadline = new Promise<void>((resolve) => givingUp.signal.addEventListener('abort', () => resolve()));
    const answers = Promise.all(told.map((entry) => this.#ask(entry, 'stopped', givingUp.signal)));
    await Promise.race([answers, deadline]);
    timer.cancel();
  }
}

/** Each URL once, where it stands first. */
function entriesOf(tiers: readonly (readonly string[])[]): TrackerEntry[][] {
  const urls = new Set(tiers.flat().slice(0, MAX_TRACKERS));
  return tiers.map((tier, index) => tier.filter((url) => urls.delete(url)).map((url) => new TrackerEntry(url, index)));
}
