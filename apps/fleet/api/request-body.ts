// Reads and checks what callers send. Scripts against the older API send JSON under any content type, or none.

import type { FastifyRequest, FastifySchema } from 'fastify';
import type { TSchema } from 'typebox';
import { Check, Errors } from 'typebox/value';
import { type FleetError, invalidField } from '../errors.ts';

type Done = (error: Error | null, body?: unknown) => void;

/** A content type parser: JSON whatever it calls itself, undefined for nothing. */
export function parseAnyBody(_request: FastifyRequest, body: string, done: Done): void {
  if (body.trim() === '') return done(null, undefined);
  try {
    done(null, JSON.parse(body));
  } catch (error) {
    done(invalidField('body', `is not JSON: ${(error as Error).message}`));
  }
}

/** A validator: the error names the first field that is wrong, and what would be right. */
export function validate(
  schema: FastifySchema | unknown,
): (value: unknown) => { value: unknown } | { error: FleetError } {
  const typed = schema as TSchema;
  return (value) => (Check(typed, value) ? { value } : { error: describe(typed, value) });
}

/** Forms send empty texts, and some programs null, for what was not filled in: that is the same as leaving it out. */
export async function dropEmptyFields(request: FastifyRequest): Promise<void> {
  const { body } = request;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return;
  request.body = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== '' && value !== null));
}

function describe(schema: TSchema, value: unknown): FleetError {
  if (typeof value !== 'object' || value === null) return invalidField('body', 'a JSON object is needed');
  const errors = Errors(schema, value);
  // Of a field that may be one of several kinds, the sentence about all of them comes last.
  const first = errors.find(({ instancePath, keyword }) => instancePath !== '' || keyword === 'required') ?? errors[0];
  const { requiredProperties } = (first?.params ?? {}) as { requiredProperties?: readonly string[] };
  if (requiredProperties !== undefined) return invalidField(requiredProperties[0], 'is missing');
  const unknown = errors.find(({ keyword }) => keyword === 'additionalProperties')?.params as
    | { additionalProperties?: readonly string[] }
    | undefined;
  if (unknown?.additionalProperties?.[0] !== undefined) {
    return invalidField(unknown.additionalProperties[0], 'is nothing that can be asked for here');
  }
  const path = first?.instancePath ?? '';
  const field = path.split('/')[1] ?? 'body';
  if (Array.isArray((value as Record<string, unknown>)[field]) && !isList(schema, field)) {
    return invalidField(field, 'is one value, and was given as several');
  }
  const values = errors.flatMap((error) => {
    const { allowedValue } = error.params as { allowedValue?: unknown };
    return error.instancePath === path && allowedValue !== undefined ? [String(allowedValue)] : [];
  });
  if (values.length > 0) {
    const inner = path.split('/').slice(2).join('.');
    return invalidField(field, `${inner} must be ${values.length > 1 ? 'one of ' : ''}${values.join(', ')}`.trim());
  }
  // A pattern is for programs; what is meant by it stands beside it.
  const { description } =
    (schema as { properties?: Record<string, { description?: string }> }).properties?.[path.slice(1)] ?? {};
  if (first?.keyword === 'pattern' && description !== undefined)
    return invalidField(path.slice(1), `takes ${description}`);
  const kinds = errors.filter((error) => error.instancePath === path && error.keyword === 'type');
  const sentence = kinds.length > 1 ? kinds.map(({ message }) => message).join(' or ') : first?.message;
  return invalidField(field, sentence ?? 'is not what it should be');
}

function isList(schema: TSchema, field: string): boolean {
  const { properties } = schema as { properties?: Record<string, { type?: string }> };
  return properties?.[field]?.type === 'array';
}
