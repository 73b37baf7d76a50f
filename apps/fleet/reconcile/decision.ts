// What is to be done about the difference between what is wanted of a container and what runs. Pure.

import type { Wanted } from '../state/container-store.ts';

export interface Situation {
  readonly wanted: Wanted;
  readonly running: boolean;
  /** It ended by itself, and its time to be started again has not come. */
  readonly resting: boolean;
}

export type Decision = 'nothing' | 'start' | 'stop' | 'wait';

export function decide({ wanted, running, resting }: Situation): Decision {
  if (wanted === 'stopped') return running ? 'stop' : 'nothing';
  if (running) return 'nothing';
  return resting ? 'wait' : 'start';
}
