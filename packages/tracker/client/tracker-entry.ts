// One tracker of one torrent: what we told it, what it answered, when it may be asked again.
// Invariant: `earliestAt` only moves into the future by an answer or a failure, or back by a person's wish, never before
// `heldUntil`; an unsupported tracker is never asked.

import type { Clock, Random } from '@enjambre/runtime';
import { isTrackerError, type TrackerError } from '../errors.ts';
import type { AnnounceAnswer } from '../protocol/announce-answer.ts';
import type { AnnounceEvent } from '../protocol/announce-request.ts';
import type { SwarmCounts } from '../protocol/scrape-answer.ts';
import { backOffMs, holdMs, intervalsOf } from './announce-timing.ts';
import type { TrackerCallers } from './tracker-caller.ts';

/** `idle`: not asked yet, because another one works. */
export type TrackerState = 'idle' | 'announcing' | 'working' | 'failing' | 'unsupported';

/** A tracker as shown to people. */
export interface TrackerView {
  readonly url: string;
  /** From 0. */
  readonly tier: number;
  readonly state: TrackerState;
  /** What it answered last, or why it did not, in words; empty before the first answer. */
  readonly lastAnswer: string;
  /** Unix time in ms when it will be, or may be, asked again; undefined when nothing is planned. */
  readonly nextAnnounceAt: number | undefined;
  readonly seeders: number | undefined;
  readonly leechers: number | undefined;
  /** Addresses in all its answers, known ones included. */
  readonly peersReceived: number;
  /** How often the swarm's content was downloaded, as a scrape said. */
  readonly completed: number | undefined;
  /** What the last scrape brought, or why it brought nothing, in words; empty before the first. */
  readonly lastScrape: string;
  /** Where it sees us (BEP 24). */
  readonly externalIps: readonly string[];
}

/** How a tracker is shown that nobody has asked yet. @param tier from 0 */
export function viewUnasked(url: string, tier: number, callers: TrackerCallers, clock: Clock): TrackerView {
  return new TrackerEntry(url, tier, callers).view(clock);
}

export class TrackerEntry {
  /** As the torrent has it. */
  readonly text: string;
  readonly tier: number;
  /** Undefined when it can't be asked. */
  readonly url: URL | undefined;
  /** Clock time before which it must not be asked. */
  earliestAt = 0;
  /** Clock time before which not even a person's wish counts. */
  heldUntil = 0;
  /** Clock time of the next regular announce, once it has answered. */
  dueAt: number | undefined;
  /** What it called itself; to be echoed. */
  trackerId: Uint8Array | undefined;
  /** It answered an announce with `started`. */
  started = false;
  /** It was told that bytes were missing, and not yet that none are. */
  owesCompleted = false;
  announcing = false;
  #state: TrackerState = 'idle';
  #lastAnswer = '';
  #failures = 0;
  #seeders: number | undefined;
  #leechers: number | undefined;
  #peersReceived = 0;
  #completed: number | undefined;
  #lastScrape = '';
  #externalIps: readonly string[] = [];

  constructor(text: string, tier: number, callers: TrackerCallers) {
    this.text = text;
    this.tier = tier;
    const url = URL.parse(text);
    if (url !== null && Object.hasOwn(callers, url.protocol)) {
      this.url = url;
    } else {
      this.#state = 'unsupported';
      this.#lastAnswer = url === null ? 'not a URL' : `${url.protocol.slice(0, -1)} trackers are not supported`;
      this.earliestAt = Number.POSITIVE_INFINITY;
      this.heldUntil = Number.POSITIVE_INFINITY;
    }
  }

  /** For logs: a tracker's path may hold a passkey. */
  get name(): string {
    return this.url?.host ?? this.text;
  }

  get failing(): boolean {
    return this.#state === 'failing';
  }

  get lastAnswer(): string {
    return this.#lastAnswer;
  }

  /** It answered. `leftBytes` as it had been told with `event`. */
  succeeded(answer: AnnounceAnswer, event: AnnounceEvent | undefined, leftBytes: number, now: number): void {
    const { intervalMs, minIntervalMs } = intervalsOf(answer);
    this.earliestAt = now + minIntervalMs;
    this.heldUntil = this.earliestAt;
    this.dueAt = now + intervalMs;
    this.trackerId = answer.trackerId ?? this.trackerId;
    if (event === 'started') {
      this.started = true;
      this.owesCompleted = leftBytes > 0;
    } else if (event === 'completed') {
      this.owesCompleted = false;
    }
    this.#state = 'working';
    this.#failures = 0;
    this.#seeders = answer.seeders;
    this.#leechers = answer.leechers;
    this.#peersReceived += answer.peers.length;
    if (answer.externalIps.length > 0) this.#externalIps = answer.externalIps;
    const peers = answer.peers.length === 1 ? '1 peer' : `${answer.peers.length} peers`;
    this.#lastAnswer = answer.warning === undefined ? peers : `${peers}, warning: ${answer.warning}`;
  }

  failed(error: TrackerError, now: number, random: Random): void {
    this.#failures++;
    this.#state = 'failing';
    this.#lastAnswer = error.message;
    this.dueAt = undefined;
    this.earliestAt = now + backOffMs(this.#failures, error, random);
    this.heldUntil = now + holdMs(error.retryAfterMs);
  }

  /** What a scrape said; a failed one changes no count, and undefined means that the tracker does not know the swarm. */
  scraped(counts: SwarmCounts | TrackerError | undefined): void {
    if (counts !== undefined && isTrackerError(counts)) {
      this.#lastScrape = counts.message;
      return;
    }
    const { seeders, leechers, completed } = counts ?? { seeders: 0, leechers: 0, completed: 0 };
    this.#seeders = seeders;
    this.#leechers = leechers;
    this.#completed = completed;
    const found = `${seeders} seeding, ${leechers} leeching, ${completed} completed`;
    this.#lastScrape = counts === undefined ? 'it does not know this torrent' : found;
  }

  view(clock: Clock): TrackerView {
    const next = this.#state === 'failing' ? this.earliestAt : this.dueAt;
    const planned = next !== undefined && Number.isFinite(next);
    return {
      url: this.text,
      tier: this.tier,
      state: this.announcing ? 'announcing' : this.#state,
      lastAnswer: this.#lastAnswer,
      nextAnnounceAt: planned ? Math.round(clock.wallTime() + next - clock.now()) : undefined,
      seeders: this.#seeders,
      leechers: this.#leechers,
      peersReceived: this.#peersReceived,
      completed: this.#completed,
      lastScrape: this.#lastScrape,
      externalIps: this.#externalIps,
    };
  }
}
