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

/** The HTTP status that goes with each. */
export const fleetErrorStatuses: Readonly<Record<FleetErrorCode, number>> = {
  'invalid-request': 400,
  'no-file': 400,
  'not-a-torrent': 400,
  'unsupported-torrent': 400,
  'token-required': 401,
  'foreign-origin': 403,
  'path-outside-root': 403,
  'not-found': 404,
  'method-not-allowed': 405,
  'container-not-found': 404,
  'torrent-not-found': 404,
  'network-not-found': 404,
  'image-not-found': 404,
  'host-not-found': 404,
  'name-taken': 409,
  'port-taken': 409,
  'folder-in-use': 409,
  'wrong-state': 409,
  'removed-meanwhile': 409,
  running: 409,
  'plan-changed': 409,
  'too-large': 413,
  'host-not-allowed': 421,
  internal: 500,
  'not-with-this-driver': 501,
  'not-kept': 507,
  'data-kept': 500,
  'start-failed': 502,
  'driver-unreachable': 502,
  'driver-refused': 502,
  'client-unreachable': 502,
};

export const FleetErrorSchema = Type.Object({
  error: Type.String({ minLength: 1, description: 'a sentence' }),
  code: FleetErrorCodeSchema,
  /** The field of the request that is wrong, where there is one: `torrentFile`, `folderPath`, … */
  field: Type.Optional(Type.String()),
});
export type FleetErrorAnswer = Type.Static<typeof FleetErrorSchema>;
