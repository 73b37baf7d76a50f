// How much of it is there. Jumps to its value: a bar that glides shows what is not true yet.

import type { Tone } from '../fleet/shown-state.ts';
import { format } from '../lib/language.ts';

const FILLS: Readonly<Record<Tone, string>> = {
  flow: 'bg-flow-fill',
  good: 'bg-good-fill',
  work: 'bg-work-fill bar-hatched',
  wait: 'bg-wait-fill',
  rest: 'bg-rest-fill',
  bad: 'bg-bad-fill',
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
      className={`block w-full overflow-hidden rounded-full bg-track ${thick ? 'h-2' : 'h-1.5'}`}
    >
      <span
        data-fill
        className={`block h-full origin-left ${FILLS[tone]}`}
        style={{ transform: `scaleX(${percent / 100})` }}
      />
    </span>
  );
}
