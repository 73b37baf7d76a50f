// How many clients start at once: enough that no core waits while one waits for its files, and a bound on memory.

import { availableParallelism } from 'node:os';
import { FleetError } from '../../errors.ts';

/** A hundred clients on two cores answer a third sooner than with 2, and hardly later than with no limit. */
const STARTS_PER_CORE = 16;

export class StartQueue {
  readonly #limit = STARTS_PER_CORE * availableParallelism();
  readonly #waiting: (() => void)[] = [];
  #active = 0;
  #closed = false;
  #idle = Promise.withResolvers<void>();

  get closed(): boolean {
    return this.#closed;
  }

  /** Runs it when its turn comes. */
  async add<T>(start: () => Promise<T>): Promise<T> {
    if (this.#active >= this.#limit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#active++;
    try {
      if (this.#closed) throw new FleetError('start-failed', 'The backend is ending.');
      return await start();
    } finally {
      this.#active--;
      this.#waiting.shift()?.();
      if (this.#closed && this.#active === 0 && this.#waiting.length === 0) this.#idle.resolve();
    }
  }

  /** Whatever waits is refused. Resolves once nothing is being started any more. */
  close(): Promise<void> {
    this.#closed = true;
    if (this.#active === 0) this.#idle.resolve();
    return this.#idle.promise;
  }
}
