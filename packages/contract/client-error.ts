// What a client's own API answers when it refuses: as every server, and further words of its own.

import Type from 'typebox';
import { ErrorCodeSchema } from './error-answer.ts';

/** The words, each with a row in docs/errors.md. */
export const ClientErrorCodeSchema = Type.Union([
  ErrorCodeSchema,
  Type.Literal('invalid-request'),
  Type.Literal('not-a-torrent'),
  Type.Literal('unsupported-torrent'),
  Type.Literal('torrent-not-found'),
  Type.Literal('source-not-found'),
  Type.Literal('private-torrent'),
  Type.Literal('tracker-not-found'),
  Type.Literal('tracker-exists'),
  Type.Literal('too-many-trackers'),
  Type.Literal('no-tracker-to-ask'),
  Type.Literal('too-soon'),
  Type.Literal('torrent-exists'),
  Type.Literal('being-removed'),
  Type.Literal('path-in-use'),
  Type.Literal('too-large'),
  Type.Literal('not-kept'),
]);
export type ClientErrorCode = Type.Static<typeof ClientErrorCodeSchema>;

export const ClientErrorSchema = Type.Object(
  { error: Type.String({ minLength: 1, description: 'a sentence' }), code: ClientErrorCodeSchema },
  { additionalProperties: false },
);
export type ClientErrorAnswer = Type.Static<typeof ClientErrorSchema>;
