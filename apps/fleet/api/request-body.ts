// Reads and checks what callers send. Scripts against the older API send JSON under any content type, or none.

import { conforms } from '@enjambre/contract';
import type { FastifyRequest, FastifySchema } from 'fastify';
import type { TSchema } from 'typebox';
import { Errors } from 'typebox/value';
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
  return (value) => (conforms(typed, value) ? { value } : { error: describe(typed, value) });
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
  if (first === undefined) return invalidField('body', 'is not what it should be');
  const path = first.instancePath;
  const { requiredProperties } = first.params as { requiredProperties?: readonly string[] };
  if (requiredProperties !== undefined) return wrongAt(`${path}/${requiredProperties[0]}`, 'is missing');
  const unknown = errors.find(({ keyword }) => keyword === 'additionalProperties');
  const { additionalProperties } = (unknown?.params ?? {}) as { additionalProperties?: readonly string[] };
  if (additionalProperties?.[0] !== undefined) {
    return wrongAt(`${unknown?.instancePath}/${additionalProperties[0]}`, 'is nothing that can be asked for here');
  }
  const [, name = 'body'] = path.split('/');
  if (Array.isArray((value as Record<string, unknown>)[name]) && !isList(schema, name)) {
    return invalidField(name, 'is one value, and was given as several');
  }
  // A pattern is for programs; what is meant by it stands beside it.
  const { description } =
    (schema as { properties?: Record<string, { description?: string }> }).properties?.[path.slice(1)] ?? {};
  if (first.keyword === 'pattern' && description !== undefined) return wrongAt(path, `takes ${description}`);
  const here = errors.filter((error) => error.instancePath === path);
  const words = here.filter(({ keyword }) => keyword === 'const').map(({ params }) => wordOf(params));
  if (words.length > 0) return wrongAt(path, `must be ${words.length > 1 ? 'one of ' : ''}${words.join(', ')}`);
  const kinds = here.filter(({ keyword }) => keyword === 'type');
  return wrongAt(path, kinds.length > 1 ? kinds.map(({ message }) => message).join(' or ') : first.message);
}

function isList(schema: TSchema, field: string): boolean {
  const { properties } = schema as { properties?: Record<string, { type?: string }> };
  return properties?.[field]?.type === 'array';
}

function wordOf(params: unknown): string {
  return `${(params as { allowedValue: unknown }).allowedValue}`;
}

/** The field of the request, and in the sentence what of it, where it has parts with names. */
function wrongAt(path: string, sentence: string): FleetError {
  const [field = 'body', ...within] = path.split('/').slice(1);
  const part = within.filter((name) => !/^[0-9]+$/.test(name)).join('.');
  return invalidField(field, part === '' ? sentence : `${part} ${sentence}`);
}
