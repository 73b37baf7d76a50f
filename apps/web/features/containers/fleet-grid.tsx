// The list itself: a grid of which only the rows in sight exist. The focus stays on the grid and names the row where the
// cursor is, so that a row that leaves the window takes no focus with it; that row is kept in the window.

import { type FocusEvent, type MouseEvent, useCallback, useEffect, useRef, useState } from 'react';
import { useFleet, useTotals, useValue } from '../../fleet/fleet-context.tsx';
import type { ListQuery, SortColumn } from '../../fleet/list-order.ts';
import { useAct } from '../../fleet/use-actions.ts';
import { t } from '../../lib/language.ts';
import { CELL_COUNT } from './columns.ts';
import { GridHeader } from './grid-header.tsx';
import { GridRow, rowId } from './grid-row.tsx';
import { type ListCursor, WHOLE_ROW } from './list-state.ts';
import { isFocusLost } from './return-focus.ts';
import { cellId } from './row-cells.tsx';
import { useGridKeys } from './use-grid-keys.ts';
import type { ShownOrder } from './use-list-order.ts';
import { useQuietWhile } from './use-quiet.ts';
import { useRowWindow } from './use-row-window.ts';

const ROW_HEIGHT = 32;
const CARD_HEIGHT = 72;
/** Of the heads of the columns. */
const HEAD_HEIGHT = 28;

interface FleetGridProps {
  readonly order: ShownOrder;
  readonly query: ListQuery;
  readonly cursor: ListCursor;
  readonly narrow: boolean;
  readonly selecting: boolean;
  readonly fresh: ReadonlySet<string>;
  readonly onSort: (column: SortColumn) => void;
  readonly onHold: (held: boolean) => void;
  readonly onOpen: (id: string) => void;
  readonly onMenu: (id: string, anchor: Element) => void;
  readonly onRemove: (ids: readonly string[]) => void;
}

export function FleetGrid(props: FleetGridProps) {
  const { order, query, cursor, narrow, selecting, fresh, onSort, onHold, onOpen, onMenu, onRemove } = props;
  const { ids } = order;
  const { pending } = useFleet();
  const { hosts } = useTotals();
  const act = useAct();
  const scroller = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  useEffect(() => onHold(pointed || focused), [pointed, focused, onHold]);

  const { cursor: at, cell, selected } = useValue(cursor);
  const cursorIndex = at === undefined ? -1 : ids.indexOf(at);
  const rowHeight = narrow ? CARD_HEIGHT : ROW_HEIGHT;
  const headHeight = narrow ? 0 : HEAD_HEIGHT;
  const { rows, scrollTo, isScrolling } = useRowWindow({
    scroller,
    count: ids.length,
    rowHeight,
    headHeight,
    kept: cursorIndex,
  });
  useQuietWhile(isScrolling);

  const comeBack = useRef(() => {
    // A row that is being removed will be gone.
    if (at === undefined || cursorIndex === -1 || pending.get(at)?.verb === 'remove' || !isFocusLost()) return;
    scrollTo(cursorIndex);
    scroller.current?.focus({ preventScroll: true });
  });
  useEffect(() => comeBack.current(), []);

  const rowsInView = useCallback(
    () => Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1),
    [rowHeight],
  );
  const onKeyDown = useGridKeys({
    cursor,
    ids,
    rowsInView,
    scrollTo,
    onOpen,
    onMenu,
    onRemove,
  });

  const retry = (id: string, anchor: Element): void => {
    const asked = pending.get(id)?.verb;
    pending.drop(id);
    if (asked === 'remove') onRemove([id]);
    else if (asked !== undefined) act(asked, [id], anchor);
  };

  const onClick = (event: MouseEvent): void => {
    const target = event.target as Element;
    const id = target.closest<HTMLElement>('[data-id]')?.dataset.id;
    if (id === undefined) return;
    const part = target.closest<HTMLElement>('[data-part]');
    if (part?.dataset.part === 'menu') onMenu(id, part);
    else if (part?.dataset.part === 'retry') retry(id, part);
    else if (event.shiftKey) cursor.extendTo(id, ids);
    else if (part?.dataset.part === 'select' || event.ctrlKey || event.metaKey || selecting) cursor.toggle(id);
    else onOpen(id);
  };

  /** Buttons and boxes of rows leave the focus to the list: their elements show other rows later, and change places. */
  const onMouseDown = (event: MouseEvent<HTMLElement>): void => {
    if ((event.target as Element).closest('[data-part]') === null) return;
    event.preventDefault();
    event.currentTarget.focus({ preventScroll: true });
  };

  const onFocus = (event: FocusEvent): void => {
    setFocused(true);
    if (event.target === event.currentTarget && cursorIndex === -1 && ids.length > 0) cursor.moveTo(ids[0]);
  };

  const active = cursorIndex === -1 || at === undefined ? undefined : cell === WHOLE_ROW ? rowId(at) : cellId(at, cell);
  return (
    <section
      aria-label={t('list.label')}
      className="flex min-h-0 flex-1 flex-col bg-surface"
      onPointerEnter={(event) => setPointed(event.pointerType === 'mouse')}
      onPointerLeave={() => setPointed(false)}
    >
      <div
        ref={scroller}
        role="grid"
        tabIndex={0}
        aria-label={t('list.label')}
        aria-rowcount={ids.length + 1}
        aria-colcount={CELL_COUNT}
        aria-multiselectable
        aria-activedescendant={active}
        onKeyDown={onKeyDown}
        onMouseDown={onMouseDown}
        onClick={onClick}
        onFocus={onFocus}
        onBlur={(event) => setFocused(event.currentTarget.contains(event.relatedTarget))}
        data-hosts={hosts > 1 || undefined}
        className="relative min-h-0 flex-1 overflow-y-auto"
      >
        <GridHeader narrow={narrow} query={query} order={order} cursor={cursor} onSort={onSort} />
        <div role="rowgroup" className="relative" style={{ height: ids.length * rowHeight }}>
          {rows.map(({ slot, index }) => (
            <GridRow
              key={slot}
              id={ids[index]}
              index={index}
              height={rowHeight}
              narrow={narrow}
              selecting={selecting}
              selected={selected.has(ids[index])}
              cell={index === cursorIndex ? cell : undefined}
              fresh={fresh.has(ids[index])}
            />
          ))}
        </div>
      </div>
    </section>
  );
}
