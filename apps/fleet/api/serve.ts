// Registers a route as the contract describes it: what comes in is checked by it, what goes out has its type.

import {
  type AnswerOf,
  type BodyOf,
  type Endpoint,
  type EndpointName,
  endpoints,
  type ParamsOf,
  type QueryOf,
} from '@enjambre/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Server } from './bare-server.ts';
import { dropEmptyFields } from './request-body.ts';

interface Asked<Name extends EndpointName> {
  readonly params: ParamsOf<Name>;
  readonly query: QueryOf<Name>;
  readonly body: BodyOf<Name>;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

type Handle<Name extends EndpointName, Answer> = (asked: Asked<Name>) => Answer | Promise<Answer>;

export function serve<Name extends EndpointName>(
  server: Server,
  name: Name,
  handle: Handle<Name, AnswerOf<Name>>,
): void {
  register(server, name, handle);
}

/** For what is no JSON: the handler sends it by `reply`. */
export function serveRaw<Name extends EndpointName>(server: Server, name: Name, handle: Handle<Name, unknown>): void {
  register(server, name, handle);
}

function register<Name extends EndpointName>(server: Server, name: Name, handle: Handle<Name, unknown>): void {
  const [method, url] = name.split(' ');
  const { params, query, body }: Endpoint = endpoints[name];
  server.route({
    method,
    url,
    schema: {
      ...(params && { params }),
      ...(query && { querystring: url.startsWith('/api/v1/') ? withoutOthers(query) : query }),
      ...(body && { body }),
    },
    ...(body !== undefined && { preValidation: dropEmptyFields }),
    handler: (request, reply) =>
      handle({
        params: request.params as ParamsOf<Name>,
        query: request.query as QueryOf<Name>,
        body: request.body as BodyOf<Name>,
        request,
        reply,
      }),
  });
}

/** A parameter that a route does not know would do nothing. `token` is for whoever cannot send a header. */
function withoutOthers(query: Type.TObject): Type.TObject {
  return Type.Object({ ...query.properties, token: Type.Optional(Type.String()) }, { additionalProperties: false });
}
