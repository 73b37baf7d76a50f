// What can be asked of a container, when it makes sense, and by what one sees that it happened.

import type { Action, ContainerView } from '@enjambre/contract';

export type Verb = Action['verb'];
/** Removal goes by a plan, but is waited for like the others. */
export type PendingVerb = Verb | 'remove';

export const VERBS: readonly Verb[] = ['pause', 'resume', 'start', 'stop', 'restart'];

/** Whether `verb` would change something. */
export function makesSense(verb: Verb, container: ContainerView): boolean {
  const { state, status } = container;
  const runs = state === 'running' || state === 'restarting';
  switch (verb) {
    case 'pause':
      return state === 'running' && status !== null && !status.paused && status.state !== 'completed';
    case 'resume':
      return state === 'running' && status?.paused === true;
    case 'start':
      return !runs;
    case 'stop':
    case 'restart':
      return runs;
  }
}

/**
 * Whether the container shows that `verb` was carried out.
 * @param before the container when it was asked
 * @param now undefined when it is not there any more
 */
export function isCarriedOut(verb: PendingVerb, before: ContainerView, now: ContainerView | undefined): boolean {
  if (now === undefined) return true;
  switch (verb) {
    case 'pause':
      return now.status?.paused === true;
    case 'resume':
      return now.status?.paused === false;
    case 'start':
      return now.state === 'running';
    case 'stop':
      return now.state !== 'running' && now.state !== 'restarting';
    case 'restart':
      return now.state === 'running' && now.startedAt !== before.startedAt;
    case 'remove':
      return false;
  }
}

/** What takes back `verb`, for the verbs that can be. */
export const OPPOSITE: Readonly<Partial<Record<Verb, Verb>>> = {
  pause: 'resume',
  resume: 'pause',
  start: 'stop',
  stop: 'start',
};
