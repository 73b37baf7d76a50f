// One row of the list in its place. It renders again only when its own container, its selection or its cursor changes.

import { memo } from 'react';
import { useSelected } from '../../fleet/fleet-context.tsx';
import { type ListCursor, WHOLE_ROW } from './list-state.ts';
import { RowCard } from './row-card.tsx';
import { RowCells } from './row-cells.tsx';

interface GridRowProps {
  readonly id: string;
  readonly index: number;
  readonly top: number;
  readonly height: number;
  readonly narrow: boolean;
  readonly selecting: boolean;
  readonly fresh: boolean;
  readonly cursor: ListCursor;
}

export const rowId = (id: string): string => `row-${id}`;

export const GridRow = memo(function GridRow(props: GridRowProps) {
  const { id, index, top, height, narrow, selecting, fresh, cursor } = props;
  const selected = useSelected(cursor, (state) => state.selected.has(id));
  const cell = useSelected(cursor, (state) => (state.cursor === id ? state.cell : undefined));
  const isCursor = cell === WHOLE_ROW;
  return (
    <div
      role="row"
      id={rowId(id)}
      data-id={id}
      aria-rowindex={index + 2}
      aria-selected={selected}
      style={{ height, transform: `translateY(${top}px)` }}
      className={`absolute inset-x-0 top-0 border-b border-hairline text-row leading-[1.2] ${
        narrow ? 'flex flex-col justify-center' : 'fleet-row px-4'
      } ${selected ? 'bg-selected' : 'hover:bg-hover'} ${fresh ? 'newly-there' : ''} ${isCursor ? 'cursor-row' : ''}`}
    >
      {narrow ? (
        <RowCard id={id} selected={selected} cell={cell} selecting={selecting} />
      ) : (
        <RowCells id={id} selected={selected} cell={cell} />
      )}
    </div>
  );
});
