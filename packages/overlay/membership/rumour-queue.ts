// Rumours still to be passed on, the least told first. Invariant: one rumour for each subject (the newest), each told at
// most as often as the network's size asks for, and never more of them than `MOST_RUMOURS`.

import { encodeRumour, type Rumour } from '../protocol/rumour.ts';

interface Waiting {
  readonly subject: string;
  readonly bytes: Uint8Array;
  told: number;
}

/** Of these the oldest are dropped first: digests heal what gossip leaves out. A few megabytes. */
const MOST_RUMOURS = 20_000;

export class RumourQueue {
  /** Index: how often told. Each in the order in which they came. */
  readonly #levels: Map<string, Waiting>[] = [];
  readonly #bySubject = new Map<string, Waiting>();

  get isEmpty(): boolean {
    return this.#bySubject.size === 0;
  }

  /** There is something that nobody was told yet. */
  get hasNews(): boolean {
    return (this.#levels[0]?.size ?? 0) > 0;
  }

  /** Takes the place of an earlier rumour of the same subject. */
  add(rumour: Rumour): void {
    const subject = subjectOf(rumour);
    const earlier = this.#bySubject.get(subject);
    if (earlier !== undefined) this.#remove(earlier);
    else if (this.#bySubject.size >= MOST_RUMOURS) this.#remove(this.#mostTold());
    const waiting = { subject, bytes: encodeRumour(rumour), told: 0 };
    this.#bySubject.set(subject, waiting);
    this.#level(0).set(subject, waiting);
  }

  /**
   * Rumours to send along, which counts as telling them once.
   * @param room bytes for all of them
   * @param limit how often each is told in all
   */
  take(room: number, limit: number): Uint8Array[] {
    const taken: Waiting[] = [];
    let left = room;
    for (const level of this.#levels) {
      for (const waiting of level.values()) {
        if (waiting.bytes.length > left) break;
        left -= waiting.bytes.length;
        taken.push(waiting);
      }
    }
    for (const waiting of taken) this.#countTelling(waiting, limit);
    return taken.map(({ bytes }) => bytes);
  }

  #countTelling(waiting: Waiting, limit: number): void {
    this.#levels[waiting.told].delete(waiting.subject);
    waiting.told++;
    if (waiting.told >= limit) this.#bySubject.delete(waiting.subject);
    else this.#level(waiting.told).set(waiting.subject, waiting);
  }

  #mostTold(): Waiting {
    const level = this.#levels.findLast(({ size }) => size > 0)!;
    return level.values().next().value!;
  }

  #remove(waiting: Waiting): void {
    this.#levels[waiting.told].delete(waiting.subject);
    this.#bySubject.delete(waiting.subject);
  }

  #level(told: number): Map<string, Waiting> {
    while (this.#levels.length <= told) this.#levels.push(new Map());
    return this.#levels[told];
  }
}

function subjectOf(rumour: Rumour): string {
  return rumour.kind === 'member' ? rumour.id : `${rumour.owner}${rumour.infoHash}`;
}
