// Which rows the list shows, in which order: sorted anew with each event, but held in place while somebody points at it.

import { useMemo, useState } from 'react';
import { useFleet, useFleetVersion } from '../../fleet/fleet-context.tsx';
import type { FleetStore } from '../../fleet/fleet-store.ts';
import { holdOrder, type ListOrder, type ListQuery, orderList, sameIds } from '../../fleet/list-order.ts';
import { format } from '../../lib/language.ts';

export interface ShownOrder extends ListOrder {
  /** Applying the order would move a row. */
  readonly changed: boolean;
  readonly apply: () => void;
}

export function useListOrder(query: ListQuery, held: boolean): ShownOrder {
  const { store } = useFleet();
  const version = useFleetVersion();
  const wanted = useMemo(() => orderRows(store, version, query), [store, version, query]);
  const [shown, setShown] = useState({ ids: wanted.ids, query });
  const next =
    held && shown.query === query
      ? holdOrder(shown.ids, wanted.ids, (id) => store.row(id) !== undefined)
      : { ids: wanted.ids, changed: false };
  if (shown.query !== query || !sameIds(next.ids, shown.ids)) setShown({ ids: next.ids, query });
  return {
    ids: next.ids,
    counts: wanted.counts,
    changed: next.changed,
    apply: () => setShown({ ids: wanted.ids, query }),
  };
}

/** @param _version stands for the rows: they are ordered anew when it counts up */
function orderRows(store: FleetStore, _version: number, query: ListQuery): ListOrder {
  return orderList(store.rows(), query, Date.now(), format);
}
