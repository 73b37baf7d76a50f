// Changes that were made here, gathered for a moment and then handed on in one piece for all others. Invariant: a change waits
// at most `GATHER_MS`, and while nobody is there to be told none is gathered.

import type { Clock, Timer } from '@enjambre/runtime';
import type { Entry } from './entry.ts';
import { EntryWriter } from './entry-codec.ts';

/** Long enough that a busy tracker sends tens of messages a second and not thousands, short enough to count as at once. */
const GATHER_MS = 20;
const BATCH_LENGTH = 64 * 1024;

export class Outbox {
  readonly #clock: Clock;
  readonly #send: (batch: Buffer) => void;
  readonly #isWanted: () => boolean;
  readonly #writer = new EntryWriter(BATCH_LENGTH);
  #timer: Timer | undefined;

  constructor(clock: Clock, isWanted: () => boolean, send: (batch: Buffer) => void) {
    this.#clock = clock;
    this.#isWanted = isWanted;
    this.#send = send;
  }

  add(entry: Entry): void {
    if (!this.#isWanted()) return;
    this.#writer.add(entry);
    if (!this.#writer.hasRoom) this.#flush();
    else this.#timer ??= this.#clock.after(GATHER_MS, () => this.#flush());
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#writer.count > 0) this.#send(this.#writer.take());
  }
}
