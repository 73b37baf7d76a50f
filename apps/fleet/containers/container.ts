// One container while the backend runs: what is remembered of it, and what is the matter with it now.

import type { ContainerRecord, HistoryEntry } from '../state/container-store.ts';

/** `starting`, `stopping`: somebody is at it; `waiting`: it ended by itself and is started again later. */
export type Phase = 'created' | 'starting' | 'running' | 'stopping' | 'waiting' | 'stopped';

export class Container {
  readonly record: ContainerRecord;
  phase: Phase = 'created';
  /** Unix milliseconds: when the phase began. */
  phaseSince: number;
  /** Unix milliseconds; undefined while it does not run. */
  startedAt: number | undefined;
  /** The last thing that became of it. */
  last: HistoryEntry | undefined;
  /** In a row, without a long life in between. */
  failures = 0;
  /** It ended by itself and is not started again until this is over. */
  rest: { readonly durationMs: number } | undefined;
  /** What is being done to it: one thing after the other. */
  queue: Promise<unknown> = Promise.resolve();

  constructor(record: ContainerRecord, last: HistoryEntry | undefined) {
    this.record = record;
    this.last = last;
    this.phaseSince = last?.at ?? record.createdAt;
  }

  get id(): string {
    return this.record.id;
  }
}
