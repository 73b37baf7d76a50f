// What is to be done about the difference between what is wanted of a container and what runs. Pure.

import type { Wanted } from '../state/container-store.ts';

export interface Situation {
  readonly wanted: Wanted;
  readonly running: boolean;
  /** When it may be started again after it ended by itself; milliseconds of the same clock as `now`. */
  readonly retryAt: number | undefined;
  readonly now: number;
}

export type Decision = 'nothing' | 'start' | 'stop' | 'wait';

export function decide({ wanted, running, retryAt, now }: Situation): Decision {
  if (wanted === 'stopped') return running ? 'stop' : 'nothing';
  if (running) return 'nothing';
  return retryAt !== undefined && retryAt > now ? 'wait' : 'start';
}
