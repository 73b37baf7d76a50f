// The comb, the page's one picture: each cell is one thing, as full as it has progressed.

import type { Tone } from '../fleet/shown-state.ts';
import { hexagon, hexagonFilled } from './hexagon.ts';

const FILLS: Readonly<Record<Tone, string>> = {
  flow: 'fill-flow-fill',
  good: 'fill-good-fill',
  work: 'fill-work-fill',
  wait: 'fill-wait-fill',
  rest: 'fill-rest-fill',
  bad: 'fill-bad-fill',
};

export interface CombCell {
  /** Of the cell's middle. */
  readonly x: number;
  readonly y: number;
  /** 0 to 1. */
  readonly filled: number;
  readonly tone: Tone;
}

interface CellsProps {
  readonly cells: readonly CombCell[];
  readonly radius: number;
}

/** Inside an svg. What needs somebody carries a ring, so that more than its colour says so. */
export function Cells({ cells, radius }: CellsProps) {
  return cells.map(({ x, y, filled, tone }) => (
    <g key={`${x} ${y}`}>
      <path d={hexagon(x, y, radius)} className="fill-track" />
      {filled > 0 && <path d={hexagonFilled(x, y, radius, filled)} className={FILLS[tone]} />}
      {(tone === 'wait' || tone === 'bad') && (
        <>
          <circle cx={x} cy={y} r={radius * 0.55} className={FILLS[tone]} />
          <circle cx={x} cy={y} r={radius * 0.28} className="fill-surface" />
        </>
      )}
    </g>
  ));
}

/** Before anything is there: seven cells as they should be one day. */
const SAMPLE: readonly CombCell[] = (
  [
    [60, 40, 1],
    [94, 40, 0.7],
    [77, 69.5, 0.9],
    [43, 69.5, 0.45],
    [26, 40, 0.25],
    [43, 10.5, 0.6],
    [77, 10.5, 0.1],
  ] as const
).map(([x, y, filled]) => ({ x, y, filled, tone: 'flow' }));

export function Comb() {
  return (
    <svg width="150" height="125" viewBox="4 -10 112 101" aria-hidden="true">
      <Cells cells={SAMPLE} radius={17} />
    </svg>
  );
}

/** The mark beside the name of the page. */
export function Mark() {
  return (
    <svg width="22" height="22" viewBox="0 0 32 32" aria-hidden="true" className="shrink-0">
      <path d="M16 1.5 28.6 8.75v14.5L16 30.5 3.4 23.25V8.75z" className="fill-track" />
      <path d="M3.4 14h25.2v9.25L16 30.5 3.4 23.25z" className="fill-flow-fill" />
    </svg>
  );
}
