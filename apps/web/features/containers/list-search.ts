// What the list shows and how it is sorted, as it stands in the address: a link to a filtered list is that list.

import type { ListQuery, SortColumn } from '../../fleet/list-order.ts';
import { STATE_GROUPS, type StateGroup } from '../../fleet/shown-state.ts';
import { COLUMNS } from './columns.ts';

export interface ListSearch {
  readonly q?: string;
  readonly state?: StateGroup;
  readonly sort?: SortColumn;
  readonly desc?: boolean;
}

/** What of an address we understand; the rest is left out. */
export function readListSearch(search: Readonly<Record<string, unknown>>): ListSearch {
  const state = STATE_GROUPS.find((group) => group === search.state);
  const sort = COLUMNS.find(({ name }) => name === search.sort)?.name;
  return {
    ...(search.q !== undefined && search.q !== '' && { q: String(search.q) }),
    ...(state !== undefined && state !== 'all' && { state }),
    ...(sort !== undefined && { sort }),
    ...(search.desc === true && { desc: true }),
  };
}

export function queryOf({ q = '', state = 'all', sort = 'torrent', desc = false }: ListSearch): ListQuery {
  return { search: q, group: state, column: sort, descending: desc };
}
