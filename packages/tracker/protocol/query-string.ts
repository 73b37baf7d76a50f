// The query of a request target, as bytes: tens of thousands a second are read, of which no more is made than is asked for.

/** No client sends more fields; a scrape's info hashes count too. */
const MAX_FIELDS = 100;
const AMPERSAND = 0x26;
const EQUALS = 0x3d;

/** Told where a field's name and value stand: from the first byte to behind the last. */
export type TakeField = (nameFrom: number, nameTo: number, valueFrom: number, valueTo: number) => void;

/** Gives the fields in their order, at most 100. */
export function readQueryString(query: Uint8Array, take: TakeField): void {
  const { length } = query;
  let fields = 0;
  for (let from = 0; from < length && fields < MAX_FIELDS; ) {
    let to = from;
    let equals = -1;
    for (; to < length && query[to] !== AMPERSAND; to++) if (query[to] === EQUALS && equals === -1) equals = to;
    if (to > from) {
      if (equals === -1) take(from, to, to, to);
      else take(from, equals, equals + 1, to);
      fields++;
    }
    from = to + 1;
  }
}

/** Which of `names` stands there, as it is written; -1: none. */
export function indexOfName(names: readonly Uint8Array[], query: Uint8Array, from: number, to: number): number {
  for (let index = 0; index < names.length; index++) {
    const name = names[index];
    if (name.length !== to - from) continue;
    let at = 0;
    while (at < name.length && query[from + at] === name[at]) at++;
    if (at === name.length) return index;
  }
  return -1;
}
