// The order of a list, as `?sort=` asks for it: a key, turned by a `-` before it.

import { invalidField } from '../errors.ts';

/** @throws FleetError `invalid-request` when there is no such key */
export function inOrder<Row>(
  rows: readonly Row[],
  sort: string,
  keys: Readonly<Record<string, (row: Row) => number | string>>,
): Row[] {
  const name = sort.replace(/^-/, '');
  if (!Object.hasOwn(keys, name)) {
    throw invalidField('sort', `must be one of ${Object.keys(keys).join(', ')}, or one with - before it`);
  }
  const direction = sort.startsWith('-') ? -1 : 1;
  const keyed = rows.map((row) => ({ row, key: keys[name](row) }));
  // Equal ones stay as they are, so that pages of an unchanged list neither overlap nor leave one out.
  keyed.sort((a, b) => direction * (a.key < b.key ? -1 : Number(a.key > b.key)));
  return keyed.map(({ row }) => row);
}
