// What the list says of a container, for the eye and for a screen reader, in every width.

import { type ContainerView, sizeOf } from '@enjambre/contract';
import type { Pending } from '../../fleet/pending-actions.ts';
import { type ShownState, shownState } from '../../fleet/shown-state.ts';
import type { PendingVerb } from '../../fleet/verb.ts';
import { etaSeconds } from '../../lib/format.ts';
import { format, say, t } from '../../lib/language.ts';
import type { TextKey } from '../../texts/en.ts';

const PENDING_WORDS: Readonly<Record<PendingVerb, TextKey>> = {
  pause: 'pending.pause',
  resume: 'pending.resume',
  start: 'pending.start',
  stop: 'pending.stop',
  restart: 'pending.restart',
  remove: 'pending.remove',
};

/** The state as rows show it: what was asked for comes before what is. */
export function stateInList(container: ContainerView, pending: Pending | undefined, now: number): ShownState {
  const shown = shownState(container, now, format);
  if (pending === undefined) return shown;
  if (pending.silent) {
    return { kind: 'no-answer', tone: 'wait', word: { key: 'pending.no-answer' }, reason: undefined, ticks: false };
  }
  const reason = { key: 'pending.really', values: { state: say(shown.word) } } as const;
  return { kind: 'restarting', tone: 'work', word: { key: PENDING_WORDS[pending.verb] }, reason, ticks: false };
}

export function isComplete({ status }: ContainerView): boolean {
  return status !== null && status.total_size > 0 && status.downloaded >= status.total_size;
}

/** Figures of a client that does not answer are what it said last, and shown dimmed. */
export function isStale({ health, state }: ContainerView): boolean {
  return health === 'unreachable' || state !== 'running';
}

/** Undefined while nothing says so: it is complete, paused, silent, or gets nothing. */
export function secondsLeft(container: ContainerView): number | undefined {
  const { status } = container;
  if (status === null || status.paused || isStale(container) || isComplete(container)) return undefined;
  return etaSeconds(status.eta);
}

/** `1.60 of 4.00 GiB`; only the size when all of it is there. */
export function sizeText(container: ContainerView): string {
  const size = sizeOf(container);
  if (isComplete(container)) return format.bytes(size);
  return t('cell.of', { part: format.bytesIn(container.status?.downloaded ?? 0, size), whole: format.bytes(size) });
}
