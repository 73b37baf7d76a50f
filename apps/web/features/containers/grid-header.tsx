// The heads of the columns: they sort, and say when the order was held back.

import { ArrowDown, ArrowUp } from 'lucide-react';
import { memo } from 'react';
import { useSelected } from '../../fleet/fleet-context.tsx';
import type { ListQuery, SortColumn } from '../../fleet/list-order.ts';
import { t } from '../../lib/language.ts';
import { COLUMNS } from './columns.ts';
import type { ListCursor } from './list-state.ts';
import type { ShownOrder } from './use-list-order.ts';

interface GridHeaderProps {
  readonly narrow: boolean;
  readonly query: ListQuery;
  readonly order: ShownOrder;
  readonly cursor: ListCursor;
  readonly onSort: (column: SortColumn) => void;
}

export const GridHeader = memo(function GridHeader({ narrow, query, order, cursor, onSort }: GridHeaderProps) {
  const selectedCount = useSelected(cursor, (state) => state.selected.size);
  const all = order.ids.length > 0 && selectedCount >= order.ids.length;
  const held = order.changed ? (
    <span className="absolute top-full right-4 z-10 mt-1 flex items-center gap-2 rounded-md bg-surface px-3 py-1 shadow-over">
      {t('list.order-changed')}
      <button type="button" className="min-h-6 font-semibold text-accent hover:underline" onClick={order.apply}>
        {t('list.apply-order')}
      </button>
    </span>
  ) : null;
  if (narrow) {
    return (
      <div role="row" aria-rowindex={1} className="sticky top-0 z-10">
        <span role="columnheader" className="sr-only">
          {t('column.torrent')}
        </span>
        {held}
      </div>
    );
  }
  return (
    <div
      role="row"
      aria-rowindex={1}
      className="fleet-row sticky top-0 z-10 h-7 border-b border-hairline bg-surface px-4 text-note text-muted"
    >
      <span role="columnheader" className="flex">
        <input
          type="checkbox"
          checked={all}
          aria-label={t('selection.select-all')}
          onChange={() => (all ? cursor.clear() : cursor.select(order.ids))}
          className="size-4 accent-accent"
        />
      </span>
      {COLUMNS.map(({ name, label, numeric }) => {
        const sorted = query.column === name;
        return (
          <span
            key={name}
            role="columnheader"
            data-column={name}
            aria-sort={sorted ? (query.descending ? 'descending' : 'ascending') : 'none'}
            className={`flex min-w-0 ${numeric ? 'justify-end' : ''}`}
          >
            <button
              type="button"
              onClick={() => onSort(name)}
              className={`flex h-6 min-w-6 items-center gap-1 truncate hover:text-text ${sorted ? 'font-semibold text-text' : ''} ${numeric ? 'flex-row-reverse' : ''}`}
            >
              {t(label)}
              {sorted ? (
                query.descending ? (
                  <ArrowDown size={12} aria-hidden />
                ) : (
                  <ArrowUp size={12} aria-hidden />
                )
              ) : null}
            </button>
          </span>
        );
      })}
      <span role="columnheader">
        <span className="sr-only">{t('column.actions')}</span>
        {held}
      </span>
    </div>
  );
});
