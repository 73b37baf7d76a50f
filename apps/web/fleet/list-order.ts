// Which containers the list shows and in which order. While somebody points at the list its order is held: rows that
// went are taken out, new ones come last, none changes place.

import { type ContainerView, sizeOf } from '@enjambre/contract';
import { etaSeconds, type Format } from '../lib/format.ts';
import { groupOf, STATE_RANK, type StateGroup, shownState } from './shown-state.ts';

export type SortColumn =
  | 'torrent'
  | 'container'
  | 'state'
  | 'progress'
  | 'size'
  | 'down'
  | 'up'
  | 'peers'
  | 'left'
  | 'host';

export interface ListQuery {
  readonly search: string;
  readonly group: StateGroup;
  readonly column: SortColumn;
  readonly descending: boolean;
}

export interface ListOrder {
  readonly ids: readonly string[];
  /** How many there are of each group, whatever is searched. */
  readonly counts: Readonly<Record<StateGroup, number>>;
}

/** @param now unix milliseconds */
export function orderList(
  containers: Iterable<ContainerView>,
  query: ListQuery,
  now: number,
  format: Format,
): ListOrder {
  const counts: Record<StateGroup, number> = { all: 0, moving: 0, complete: 0, paused: 0, stopped: 0, attention: 0 };
  const search = query.search.trim().toLowerCase();
  const shown: { readonly container: ContainerView; readonly key: number | string }[] = [];
  for (const container of containers) {
    const { kind } = shownState(container, now, format);
    const group = groupOf(kind);
    counts.all += 1;
    counts[group] += 1;
    if (query.group !== 'all' && query.group !== group) continue;
    if (search !== '' && !matches(container, search)) continue;
    shown.push({ container, key: sortKey(container, query.column, STATE_RANK[kind]) });
  }
  const collator = new Intl.Collator(format.locale, { numeric: true, sensitivity: 'base' });
  const direction = query.descending ? -1 : 1;
  shown.sort((a, b) => {
    const first =
      typeof a.key === 'string' ? collator.compare(a.key, String(b.key)) : Math.sign(Number(a.key) - Number(b.key));
    // The order of what is equal must not change from one event to the next.
    return (
      first * direction ||
      collator.compare(a.container.name, b.container.name) ||
      (a.container.id < b.container.id ? -1 : 1)
    );
  });
  return { ids: shown.map(({ container }) => container.id), counts };
}

/** `wanted` with the rows of `held` left where they are; `changed` when applying it would move a row. */
export function holdOrder(
  held: readonly string[],
  wanted: readonly string[],
  exists: (id: string) => boolean,
): { readonly ids: readonly string[]; readonly changed: boolean } {
  const known = new Set(held);
  const ids = [...held.filter(exists), ...wanted.filter((id) => !known.has(id))];
  return { ids, changed: !sameIds(ids, wanted) };
}

export function sameIds(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}

function matches(container: ContainerView, search: string): boolean {
  const { name, torrentName, infoHash, id, host } = container;
  return [torrentName, name, infoHash, id, host ?? ''].some((text) => text.toLowerCase().includes(search));
}

function sortKey(container: ContainerView, column: SortColumn, stateRank: number): number | string {
  const { status } = container;
  switch (column) {
    case 'torrent':
      return container.torrentName || container.name;
    case 'container':
      return container.name;
    case 'state':
      return stateRank;
    case 'progress':
      return status?.progress ?? 0;
    case 'size':
      return sizeOf(container);
    case 'down':
      return status?.download_speed ?? 0;
    case 'up':
      return status?.upload_speed ?? 0;
    case 'peers':
      return status?.connected_peers ?? 0;
    case 'host':
      return container.host ?? '';
    case 'left':
      return etaSeconds(status?.eta ?? '∞') ?? Number.MAX_SAFE_INTEGER;
  }
}
