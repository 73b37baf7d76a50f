// The query of a request target, as bytes.

import { percentDecode } from './percent-encoding.ts';

/** No client sends more fields; a scrape's info hashes count too. */
const MAX_FIELDS = 100;

export interface QueryField {
  readonly name: string;
  readonly value: Uint8Array;
}

/** The fields in their order, at most 100. Undefined when a value is not well encoded. */
export function parseQueryString(query: string): QueryField[] | undefined {
  const fields: QueryField[] = [];
  for (const part of query.split('&', MAX_FIELDS)) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = equals === -1 ? part : part.slice(0, equals);
    const value = percentDecode(equals === -1 ? '' : part.slice(equals + 1));
    if (value === undefined) return undefined;
    fields.push({ name, value });
  }
  return fields;
}
