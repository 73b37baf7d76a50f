// One row of the list in its place. Its element shows other rows in turn while one scrolls, and renders again only then or
// when its own container, its selection or its cursor changes.

import { memo } from 'react';
import { WHOLE_ROW } from './list-state.ts';
import { RowCard } from './row-card.tsx';
import { RowCells } from './row-cells.tsx';

interface GridRowProps {
  readonly id: string;
  readonly index: number;
  /** Pixels. */
  readonly height: number;
  readonly narrow: boolean;
  readonly selecting: boolean;
  readonly selected: boolean;
  /** The cell where the cursor is, `WHOLE_ROW` for the row itself; undefined when it is elsewhere. */
  readonly cell: number | undefined;
  readonly fresh: boolean;
}

export const rowId = (id: string): string => `row-${id}`;

export const GridRow = memo(function GridRow(props: GridRowProps) {
  const { id, index, height, narrow, selecting, selected, cell, fresh } = props;
  const isCursor = cell === WHOLE_ROW;
  return (
    <div
      role="row"
      id={rowId(id)}
      data-id={id}
      aria-rowindex={index + 2}
      aria-selected={selected}
      style={{ height, transform: `translateY(${index * height}px)` }}
      // A layer of its own, and opaque for the sake of its text: what other words change is painted, nothing around it.
      className={`absolute inset-x-0 top-0 border-b border-hairline text-row leading-[1.2] will-change-transform ${
        narrow ? 'flex flex-col justify-center' : 'fleet-row px-4'
      } ${selected ? 'bg-selected' : 'bg-surface hover:bg-hover'} ${fresh ? 'newly-there' : ''} ${isCursor ? 'cursor-row' : ''}`}
    >
      {narrow ? (
        <RowCard id={id} selected={selected} cell={cell} selecting={selecting} />
      ) : (
        <RowCells id={id} selected={selected} cell={cell} />
      )}
    </div>
  );
});
