// What the backend answers when it refuses: as every server, and further words of its own.

import Type from 'typebox';
import { ErrorCodeSchema } from './error-answer.ts';

/** The words, each with a row in docs/errors.md. They stand in action results too. */
export const FleetErrorCodeSchema = Type.Union([
  ErrorCodeSchema,
  Type.Literal('invalid-request'),
  Type.Literal('not-found'),
  Type.Literal('method-not-allowed'),
  Type.Literal('container-not-found'),
  Type.Literal('torrent-not-found'),
  Type.Literal('network-not-found'),
  Type.Literal('image-not-found'),
  Type.Literal('host-not-found'),
  Type.Literal('name-taken'),
  Type.Literal('port-taken'),
  Type.Literal('folder-in-use'),
  Type.Literal('path-outside-root'),
  Type.Literal('wrong-state'),
  Type.Literal('removed-meanwhile'),
  Type.Literal('running'),
  Type.Literal('start-failed'),
  Type.Literal('driver-unreachable'),
  Type.Literal('driver-refused'),
  Type.Literal('client-unreachable'),
  Type.Literal('no-file'),
  Type.Literal('not-a-torrent'),
  Type.Literal('unsupported-torrent'),
  Type.Literal('too-large'),
  Type.Literal('not-with-this-driver'),
  Type.Literal('plan-changed'),
  Type.Literal('not-kept'),
  Type.Literal('data-kept'),
]);
export type FleetErrorCode = Type.Static<typeof FleetErrorCodeSchema>;

export const FleetErrorSchema = Type.Object({
  error: Type.String({ minLength: 1, description: 'a sentence' }),
  code: FleetErrorCodeSchema,
  /** The field of the request that is wrong, where there is one: `torrentFile`, `folderPath`, … */
  field: Type.Optional(Type.String()),
});
export type FleetErrorAnswer = Type.Static<typeof FleetErrorSchema>;
