// Whether a value that came over a border is what its schema says.

import type { Static, TSchema } from 'typebox';
import { Check } from 'typebox/value';

/** True when `value` has the shape and keeps to the ranges of `schema`. */
export function conforms<Schema extends TSchema>(schema: Schema, value: unknown): value is Static<Schema> {
  return Check(schema, value);
}
