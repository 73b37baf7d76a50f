// The table of a comparison: a row for each contestant that finished, ours set against every other, and a line for each that
// did not take part or had less to do.

import { enjambre } from './peers.ts';
import { formatSpread, spreadOf } from './report.ts';
import type { Outcome } from './rounds.ts';

const MIB = 2 ** 20;

export interface Column<T> {
  readonly title: string;
  readonly pick: (figures: T) => number;
  readonly digits: number;
  /** Beside it stands how much of the other's ours is: below 1 ours is better. */
  readonly isCompared: boolean;
}

export function compare<T extends { readonly size: number }>(
  outcomes: readonly Outcome<T>[],
  columns: readonly Column<T>[],
) {
  const ours = outcomes.find(({ name }) => name === enjambre.name)?.figures ?? [];
  const cells = (figures: readonly T[], { pick, digits, isCompared }: Column<T>): string[] => {
    const spread = spreadOf(figures.map(pick));
    if (!isCompared) return [spread.median.toFixed(digits)];
    const ratio = ours.length === 0 ? '' : (spreadOf(ours.map(pick)).median / spread.median).toFixed(2);
    return [formatSpread(spread, digits), ratio];
  };
  const header = columns.flatMap(({ title, isCompared }) => (isCompared ? [title, 'ours ÷ it'] : [title]));
  const rows = outcomes
    .filter(({ figures }) => figures.length > 0)
    .map(({ name, figures }) => [name, ...columns.flatMap((column) => cells(figures, column))]);
  const whole = Math.max(...outcomes.flatMap(({ figures }) => figures.map(({ size }) => size)));
  const scaled = outcomes.flatMap(({ name, figures: [first] }) =>
    first !== undefined && first.size < whole ? [`${name}: of ${first.size / MIB} MiB, scaled`] : [],
  );
  const failures = outcomes.flatMap(({ failure }) => failure?.split('\n', 1) ?? []);
  const notes = [...scaled, ...failures];
  return { header: ['client', ...header], rows, notes };
}
