// Lists in pages, so that no answer holds up the event loop: what was asked for, and the cut.

import { ApiError } from '../errors.ts';

const DEFAULT_LIMIT = 100;
/** A page of these is made and written within a millisecond or two. */
const MOST_ITEMS = 200;
/** What a detail shows of its lists; the rest has pages of its own. */
export const FIRST_PAGE: PageRequest = { limit: DEFAULT_LIMIT, offset: 0 };

/** Of the query. */
export const PAGE_PARAMETERS: readonly string[] = ['limit', 'offset'];

export interface PageRequest {
  readonly limit: number;
  readonly offset: number;
}

interface Page<Item> {
  items: Item[];
  total: number;
  offset: number;
  next: number | null;
}

/** @throws ApiError `invalid-request` that names the parameter */
export function readPage(query: URLSearchParams): PageRequest {
  const limit = wholeNumber(query, 'limit', DEFAULT_LIMIT);
  if (limit === 0) throw new ApiError(400, 'invalid-request', 'limit is a whole number from 1.');
  return { limit: Math.min(limit, MOST_ITEMS), offset: wholeNumber(query, 'offset', 0) };
}

/** @param show called for the items of the page only */
export function cutPage<Row, Item>(
  rows: readonly Row[],
  { limit, offset }: PageRequest,
  show: (row: Row) => Item,
): Page<Item> {
  const end = offset + limit;
  return {
    items: rows.slice(offset, end).map(show),
    total: rows.length,
    offset,
    next: end < rows.length ? end : null,
  };
}

function wholeNumber(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  if (!/^[0-9]{1,9}$/.test(text)) throw new ApiError(400, 'invalid-request', `${name} is a whole number.`);
  return Number(text);
}
