// Announces of all torrents, spread over time and sockets: a thousand torrents started at once must not knock at a tracker a
// thousand times in one second. Whoever needs peers, or has to tell that something changed, goes first.
// Invariant: at most `MOST_URGENT` requests are out, of those at rest at most `MOST_AT_REST`, begun one by one.

import type { Clock, Timer } from '@enjambre/runtime';
import type { AnnounceQuestion, TrackerCaller, TrackerCallers } from '@enjambre/tracker';

const MOST_URGENT = 32;
const MOST_AT_REST = 8;
/** Twenty a second: a thousand torrents are announced within a minute. */
const REST_INTERVAL_MS = 50;

type Answer = Awaited<ReturnType<TrackerCaller['announce']>>;

type Begin = () => void;

export class AnnounceQueue {
  readonly #clock: Clock;
  readonly #urgent: Begin[] = [];
  readonly #atRest: Begin[] = [];
  #urgentOut = 0;
  #restOut = 0;
  #nextRestAtMs = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The same callers, asked in turn. */
  over(callers: TrackerCallers): TrackerCallers {
    const inTurn = (caller: TrackerCaller): TrackerCaller => ({
      announce: (url, request, signal) => this.#announce(caller, url, request, signal),
      scrape: (url, infoHashes, signal) => caller.scrape(url, infoHashes, signal),
    });
    return Object.fromEntries(Object.entries(callers).map(([protocol, caller]) => [protocol, inTurn(caller)]));
  }

  async #announce(caller: TrackerCaller, url: URL, request: AnnounceQuestion, signal: AbortSignal): Promise<Answer> {
    const isAtRest = request.leftBytes === 0 && request.event !== 'stopped' && request.event !== 'completed';
    if (!(await this.#itsTurn(isAtRest ? this.#atRest : this.#urgent, signal))) {
      return { code: 'aborted', message: 'given up' };
    }
    try {
      return await caller.announce(url, request, signal);
    } finally {
      if (isAtRest) this.#restOut--;
      else this.#urgentOut--;
      this.#next();
    }
  }

  /** Resolves with true once it may begin, with false when it is given up before. */
  #itsTurn(queue: Begin[], signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const begin = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve(true);
      };
      const giveUp = (): void => {
        queue.splice(queue.indexOf(begin), 1);
        resolve(false);
      };
      if (signal.aborted) return resolve(false);
      signal.addEventListener('abort', giveUp, { once: true });
      queue.push(begin);
      this.#next();
    });
  }

  #next(): void {
    while (this.#urgent.length > 0 && this.#urgentOut < MOST_URGENT) {
      this.#urgentOut++;
      this.#urgent.shift()!();
    }
    if (this.#atRest.length === 0 || this.#restOut >= MOST_AT_REST || this.#timer !== undefined) return;
    const waitMs = this.#nextRestAtMs - this.#clock.now();
    if (waitMs > 0) {
      this.#timer = this.#clock.after(waitMs, () => {
        this.#timer = undefined;
        this.#next();
      });
      return;
    }
    this.#nextRestAtMs = this.#clock.now() + REST_INTERVAL_MS;
    this.#restOut++;
    this.#atRest.shift()!();
    this.#next();
  }
}
