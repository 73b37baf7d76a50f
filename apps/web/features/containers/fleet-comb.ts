// The whole fleet as a comb of a fixed size: a cell for each container, or, where they are more than cells, one for
// several, which is as full as they are together and looks like the one among them that needs somebody most. Pure.

import type { ContainerView } from '@enjambre/contract';
import type { CombCell } from '../../components/comb.tsx';
import { STATE_RANK, shownState } from '../../fleet/shown-state.ts';
import type { Format } from '../../lib/format.ts';

export const RADIUS = 7;
/** From the middle of a cell to the next one's, and from a row of cells to the next. */
const STEP_X = 13.5;
const STEP_Y = 12;
const ROWS = 3;
const MOST_COLUMNS = 24;
const MOST_CELLS = ROWS * MOST_COLUMNS;

export interface FleetComb {
  readonly cells: readonly CombCell[];
  readonly width: number;
  readonly height: number;
}

/** @param now unix milliseconds */
export function combOf(containers: Iterable<ContainerView>, now: number, format: Format): FleetComb {
  // In the order in which they came: a cell stays where it is.
  const all = [...containers].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  const each = Math.max(1, Math.ceil(all.length / MOST_CELLS));
  const count = Math.ceil(all.length / each);
  const rows = Math.min(ROWS, Math.max(1, Math.ceil(count / 8)));
  const columns = Math.ceil(count / rows);
  const cells = Array.from({ length: count }, (_, index) => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    const shift = row % 2 === 1 ? STEP_X / 2 : 0;
    const [x, y] = [RADIUS + column * STEP_X + shift, RADIUS + 1 + row * STEP_Y];
    return { x, y, ...cellOf(all.slice(index * each, (index + 1) * each), now, format) };
  });
  const width = columns * STEP_X + (rows > 1 ? STEP_X / 2 : 0) + 1;
  return { cells, width, height: (rows - 1) * STEP_Y + 2 * RADIUS + 2 };
}

function cellOf(group: readonly ContainerView[], now: number, format: Format): Pick<CombCell, 'filled' | 'tone'> {
  const states = group.map((container) => shownState(container, now, format));
  const worst = states.reduce((a, b) => (STATE_RANK[b.kind] < STATE_RANK[a.kind] ? b : a));
  const sum = group.reduce((total, { status }) => total + (status?.progress ?? 0), 0);
  return { filled: sum / group.length / 100, tone: worst.tone };
}
