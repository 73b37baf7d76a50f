// What was asked of containers and has not been seen yet. A row shows it at once, until an event confirms it; ten seconds
// later it says that no answer came.

import type { ContainerView } from '@enjambre/contract';
import type { FleetStore } from './fleet-store.ts';
import { isCarriedOut, type PendingVerb } from './verb.ts';

const PATIENCE_MS = 10_000;

export interface Pending {
  readonly verb: PendingVerb;
  readonly before: ContainerView;
  /** Nothing was seen of it for too long. */
  readonly silent: boolean;
}

export class PendingActions {
  readonly #store: FleetStore;
  readonly #patienceMs: number;
  readonly #pending = new Map<string, Pending>();
  readonly #listeners = new Map<string, Set<() => void>>();

  constructor(store: FleetStore, patienceMs = PATIENCE_MS) {
    this.#store = store;
    this.#patienceMs = patienceMs;
    store.watchList(() => this.#confirm());
  }

  get(id: string): Pending | undefined {
    return this.#pending.get(id);
  }

  watch(id: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  ask(verb: PendingVerb, ids: readonly string[]): void {
    const asked: (readonly [string, Pending])[] = [];
    for (const id of ids) {
      const before = this.#store.row(id);
      if (before === undefined) continue;
      const pending: Pending = { verb, before, silent: false };
      asked.push([id, pending]);
      this.#set(id, pending);
    }
    setTimeout(() => {
      for (const [id, pending] of asked) {
        if (this.#pending.get(id) === pending) this.#set(id, { ...pending, silent: true });
      }
    }, this.#patienceMs);
  }

  /** It was refused, or nobody wants to wait for it any more. */
  drop(id: string): void {
    if (this.#pending.has(id)) this.#set(id, undefined);
  }

  #confirm(): void {
    for (const [id, { verb, before }] of this.#pending) {
      if (isCarriedOut(verb, before, this.#store.row(id))) this.#set(id, undefined);
    }
  }

  #set(id: string, pending: Pending | undefined): void {
    if (pending === undefined) this.#pending.delete(id);
    else this.#pending.set(id, pending);
    for (const listener of [...(this.#listeners.get(id) ?? [])]) listener();
  }
}
