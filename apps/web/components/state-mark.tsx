// A state as icon, word and reason. Each kind has a shape of its own, so that the colour only repeats what is said.

import type { ShownState, StateKind, Tone } from '../fleet/shown-state.ts';
import { say } from '../lib/language.ts';

const SHAPES: Readonly<Record<StateKind, string>> = {
  created: 'M3 3h10v10H3zM5 5v6h6V5z',
  starting: 'M2 4h12l-6 4zM2 9h12l-6 5z',
  restarting: 'M8 2a6 6 0 1 0 6 6h-2a4 4 0 1 1-4-4v3l5-4-5-4z',
  downloading: 'M1.5 3h13L8 14z',
  stalled: 'M3 1h10v2.5L9.5 8l3.5 4.5V15H3v-2.5L6.5 8 3 3.5z',
  paused: 'M3 2h3.5v12H3zM9.5 2H13v12H9.5z',
  complete: 'M6.2 13.5 1 8.3l2-2 3.2 3.2L13 2.5l2 2z',
  seeding: 'M14.5 13h-13L8 2z',
  stopped: 'M2.5 2.5h11v11h-11z',
  failed: 'M5 1h6l4 4v6l-4 4H5l-4-4V5zM4.6 6l2 2-2 2L6 11.4l2-2 2 2L11.4 10l-2-2 2-2L10 4.6l-2 2-2-2z',
  'no-answer': 'M8 0.5 15.5 8 8 15.5 0.5 8zM7 4v5h2V4zm0 6v2h2v-2z',
  error: 'M5 1h6l4 4v6l-4 4H5l-4-4V5zM7 3.5v6h2v-6zm0 7.2v2h2v-2z',
};

const COLOURS: Readonly<Record<Tone, string>> = {
  flow: 'text-flow',
  good: 'text-good',
  work: 'text-work',
  wait: 'text-wait',
  rest: 'text-rest',
  bad: 'text-bad',
};

const CHIPS: Readonly<Record<Tone, string>> = {
  flow: 'bg-flow-tint text-flow',
  good: 'bg-good-tint text-good',
  work: 'bg-work-tint text-work',
  wait: 'bg-wait-tint text-wait',
  rest: 'bg-rest-tint text-rest',
  bad: 'bg-bad-tint text-bad',
};

export function StateIcon({ kind, tone, size = 12 }: Pick<ShownState, 'kind' | 'tone'> & { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" className={`shrink-0 ${COLOURS[tone]}`}>
      <path d={SHAPES[kind]} fill="currentColor" fillRule="evenodd" />
    </svg>
  );
}

/** For rows: the reason follows in grey and may be cut. */
export function StateLine({ shown }: { readonly shown: ShownState }) {
  const reason = shown.reason === undefined ? undefined : say(shown.reason);
  return (
    <span className="flex min-w-0 items-center gap-2" title={reason}>
      <StateParts shown={shown} reason={reason} />
    </span>
  );
}

interface StatePartsProps {
  readonly shown: ShownState;
  readonly reason: string | undefined;
  readonly reasonClass?: string;
}

/** The same, in a line that is there already. */
export function StateParts({ shown, reason, reasonClass = '' }: StatePartsProps) {
  return (
    <>
      <StateIcon kind={shown.kind} tone={shown.tone} />
      <span className={`shrink-0 ${COLOURS[shown.tone]}`}>{say(shown.word)}</span>
      {reason !== undefined && <span className={`min-w-0 truncate text-muted ${reasonClass}`}>{reason}</span>}
    </>
  );
}

/** For headings: the word on its tint. */
export function StateChip({ shown }: { readonly shown: ShownState }) {
  return (
    <span className={`inline-flex items-center gap-2 rounded-md px-2 py-1 font-semibold ${CHIPS[shown.tone]}`}>
      <StateIcon kind={shown.kind} tone={shown.tone} />
      {say(shown.word)}
    </span>
  );
}
