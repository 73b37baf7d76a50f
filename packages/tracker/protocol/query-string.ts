// The query of a request target. Invariant: what is read of it was well encoded as a whole.

import { percentDecode } from './percent-encoding.ts';

/** No client sends more fields; a scrape's info hashes count too. */
const MAX_FIELDS = 100;
/** A percent sign without two hex digits, and what is no byte. */
const NOT_ENCODED = /%(?![0-9A-Fa-f]{2})|[\u0100-\uffff]/;

/** The value of a field as it stands in the query; `decodeValue` gives its bytes. */
export interface QueryField {
  readonly name: string;
  readonly value: string;
}

/** The fields in their order, at most 100. Undefined when something in it is not well encoded. */
export function parseQueryString(query: string): QueryField[] | undefined {
  if (NOT_ENCODED.test(query)) return undefined;
  const fields: QueryField[] = [];
  let start = 0;
  while (start < query.length && fields.length < MAX_FIELDS) {
    let end = query.indexOf('&', start);
    if (end === -1) end = query.length;
    const equals = query.indexOf('=', start);
    const nameEnd = equals === -1 || equals > end ? end : equals;
    if (end > start) fields.push({ name: query.slice(start, nameEnd), value: query.slice(nameEnd + 1, end) });
    start = end + 1;
  }
  return fields;
}

/** The bytes of a field's value. @param value of a field that `parseQueryString` gave */
export function decodeValue(value: string): Uint8Array {
  return percentDecode(value)!;
}
