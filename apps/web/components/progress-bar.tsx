// How much of it is there. Jumps to its value: a bar that glides shows what is not true yet.

import type { Tone } from '../fleet/shown-state.ts';
import { format } from '../lib/language.ts';

const COLOURS: Readonly<Record<Tone, string>> = {
  flow: 'text-flow-fill',
  good: 'text-good-fill',
  work: 'text-work-fill bar-hatched',
  wait: 'text-wait-fill',
  rest: 'text-rest-fill',
  bad: 'text-bad-fill',
};

interface ProgressBarProps {
  /** 0 to 100. */
  readonly percent: number;
  readonly tone: Tone;
  readonly label: string;
  readonly thick?: boolean;
}

export function ProgressBar({ percent, tone, label, thick = false }: ProgressBarProps) {
  return (
    <span
      role="progressbar"
      aria-label={label}
      aria-valuenow={Math.floor(percent)}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuetext={format.percent(percent)}
      className={`bar block w-full rounded-full ${COLOURS[tone]} ${thick ? 'h-2' : 'h-1.5'}`}
      style={{ backgroundSize: `${percent}% 100%` }}
    />
  );
}
