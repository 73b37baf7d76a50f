// The list of containers, the page's home: totals above, search and filters, the rows, and what can be done with them.

import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useFleet, useFleetVersion, useLoaded } from '../../fleet/fleet-context.tsx';
import type { SortColumn } from '../../fleet/list-order.ts';
import { useCommand } from '../../lib/commands.ts';
import { t } from '../../lib/language.ts';
import { useMedia } from '../../lib/use-media.ts';
import { COLUMNS } from './columns.ts';
import { FilterBar, GROUP_TEXTS } from './filter-bar.tsx';
import { FirstStart } from './first-start.tsx';
import { FleetGrid } from './fleet-grid.tsx';
import { RemovalDialog, RowMenu } from './late-dialogs.ts';
import { type ListSearch, queryOf } from './list-search.ts';
import { ListCursor } from './list-state.ts';
import { focusHeading, lookedAt } from './return-focus.ts';
import { SelectionBar } from './selection-bar.tsx';
import { Summary } from './summary.tsx';
import { useFreshRows } from './use-fresh-rows.ts';
import { useListOrder } from './use-list-order.ts';

const route = getRouteApi('/');

export function ContainersView() {
  const loaded = useLoaded();
  const { store } = useFleet();
  useFleetVersion();
  if (!loaded) return <p className="p-8 text-center text-muted">{t('list.loading')}</p>;
  return store.totals.containers === 0 ? <FirstStart /> : <ContainerList />;
}

function ContainerList() {
  const { store } = useFleet();
  const search = route.useSearch();
  const navigate = useNavigate();
  const query = useMemo(() => queryOf(search), [search]);
  const [held, setHeld] = useState(false);
  const order = useListOrder(query, held);
  const [cursor] = useState(() => new ListCursor(lookedAt.get()));
  const [menu, setMenu] = useState<{ id: string; anchor: Element; open: boolean }>();
  const [removing, setRemoving] = useState<readonly string[]>();
  const [selecting, setSelecting] = useState(false);
  const narrow = useMedia('(width < 768px)');
  const fresh = useFreshRows(order.ids);
  const searchField = useRef<HTMLInputElement>(null);

  // Unless the list itself has taken it.
  useEffect(focusHeading, []);
  useCommand('search', () => searchField.current?.focus());
  useEffect(() => store.watchList(() => cursor.forgetGone((id) => store.row(id) !== undefined)), [store, cursor]);
  useEffect(
    () =>
      cursor.watch(() => {
        if (cursor.get().selected.size === 0) setSelecting(false);
      }),
    [cursor],
  );

  const change = (next: ListSearch): void => {
    void navigate({ to: '/', search: (before) => ({ ...before, ...next }), replace: true });
  };
  const onSort = (column: SortColumn): void => {
    const first = COLUMNS.find(({ name }) => name === column)?.descendingFirst === true;
    change({ sort: column, desc: query.column === column ? !query.descending : first });
  };
  const onOpen = useCallback((id: string) => void navigate({ to: '/containers/$id', params: { id } }), [navigate]);
  const clear = (): void => change({ q: undefined, state: undefined });
  const filter = [
    ...(query.search === '' ? [] : [`“${query.search}”`]),
    ...(query.group === 'all' ? [] : [t(GROUP_TEXTS[query.group])]),
  ];

  return (
    <div className="flex h-full min-h-0 flex-col">
      <Summary attention={order.counts.attention} onAttention={() => change({ q: undefined, state: 'attention' })} />
      <FilterBar
        search={query.search}
        group={query.group}
        counts={order.counts}
        shown={order.ids.length}
        searchField={searchField}
        narrow={narrow}
        onSearch={(q) => change({ q: q === '' ? undefined : q })}
        onGroup={(state) => change({ state: state === 'all' ? undefined : state })}
      />
      {order.ids.length === 0 ? (
        <p className="flex-1 bg-surface p-12 text-center text-muted">
          {t('list.none-match', { filter: filter.join(' + ') })}{' '}
          <button type="button" onClick={clear} className="font-semibold text-accent hover:underline">
            {t('list.clear')}
          </button>
        </p>
      ) : (
        <FleetGrid
          order={order}
          query={query}
          cursor={cursor}
          narrow={narrow}
          selecting={selecting}
          fresh={fresh}
          onSort={onSort}
          onHold={setHeld}
          onOpen={onOpen}
          onMenu={(id, anchor) => setMenu({ id, anchor, open: true })}
          onRemove={setRemoving}
        />
      )}
      <SelectionBar cursor={cursor} onRemove={setRemoving} />
      {menu !== undefined && (
        <RowMenu
          {...menu}
          onClose={() => setMenu({ ...menu, open: false })}
          onOpen={onOpen}
          onRemove={setRemoving}
          onSelect={(id) => {
            setSelecting(true);
            cursor.toggle(id);
          }}
        />
      )}
      {removing !== undefined && <RemovalDialog ids={removing} onClose={() => setRemoving(undefined)} />}
    </div>
  );
}
