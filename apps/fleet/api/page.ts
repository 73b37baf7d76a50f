// A page cut out of a list.

/** What is had of a list when nobody says how much. */
const DEFAULT_LIMIT = 100;
/** A fleet is at most some hundreds of containers: its page is made in a few milliseconds. */
const MOST_ITEMS = 1000;

export function cutPage<Item>(
  items: readonly Item[],
  query: { readonly limit?: string; readonly offset?: string },
): { items: Item[]; total: number; offset: number; next: number | null } {
  const offset = Number(query.offset ?? 0);
  const end = offset + Math.min(Number(query.limit ?? DEFAULT_LIMIT), MOST_ITEMS);
  return { items: items.slice(offset, end), total: items.length, offset, next: end < items.length ? end : null };
}
