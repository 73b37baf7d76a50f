// Trackers of which one at a time is enough: asked in order until one answers (BEP 12), again when that one wants it.

import type { TierList } from './tier-list.ts';
import type { TrackerEntry } from './tracker-entry.ts';

export class TierWalk {
  readonly order: TierList<TrackerEntry>;
  /** Clock time of the next walk; `Infinity` when nobody may be asked any more. */
  nextAt = 0;
  /** The tracker that answered last: its intervals count. */
  #current: TrackerEntry | undefined;

  constructor(order: TierList<TrackerEntry>) {
    this.order = order;
  }

  /**
   * Asks those that may be asked now until one answers.
   * @param announce resolves with whether the tracker answered
   * @param goesOn false ends the walk
   */
  async walk(
    now: () => number,
    announce: (entry: TrackerEntry) => Promise<boolean>,
    goesOn: () => boolean,
  ): Promise<void> {
    for (const entry of this.order.inOrder()) {
      if (entry.earliestAt > now()) continue;
      const answered = await announce(entry);
      if (!goesOn()) return;
      // It may have been taken out meanwhile.
      if (!answered || !this.order.inOrder().includes(entry)) continue;
      this.order.promote(entry);
      this.#current = entry;
      this.nextAt = entry.dueAt ?? 0;
      return;
    }
    this.nextAt = Math.min(...this.order.inOrder().map(({ earliestAt }) => earliestAt));
  }

  /** Comes sooner, as far as the tracker that works allows. */
  hurry(): void {
    if (this.#current === undefined || this.#current.failing) return;
    this.nextAt = Math.min(this.nextAt, this.#current.earliestAt);
  }

  /**
   * A person wants it now: asks the tracker that works, or else all, as soon as they allow.
   * @returns milliseconds until one of them does; 0 when that is now
   */
  urge(now: number): number {
    const isWorking = this.#current !== undefined && !this.#current.failing;
    const wanted = isWorking ? [this.#current!] : this.order.inOrder();
    const allowed = wanted.filter(({ heldUntil }) => heldUntil <= now);
    if (allowed.length === 0) return Math.min(...wanted.map(({ heldUntil }) => heldUntil)) - now;
    for (const entry of allowed) entry.earliestAt = Math.min(entry.earliestAt, now);
    this.nextAt = now;
    return 0;
  }

  /** Somebody in it answers. */
  get isWorking(): boolean {
    return this.order.inOrder().some(({ started, failing }) => started && !failing);
  }

  remove(entry: TrackerEntry, now: number): void {
    this.order.remove(entry);
    if (this.#current !== entry) return;
    this.#current = undefined;
    this.nextAt = now;
  }
}
