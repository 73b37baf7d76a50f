// A server without routes: what holds for every request, whatever it asks for.

import type { FleetErrorAnswer } from '@enjambre/contract';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { type FastifyReply, fastify } from 'fastify';

/** Requests are small; a thousand ids with a verb have room. */
const MAX_BODY_LENGTH = 1024 * 1024;
/** A request's head is small and near; whoever takes longer holds a socket for nothing. */
const HEADERS_TIMEOUT_MS = 10_000;
/** Names of files and containers. */
const MAX_PARAMETER_LENGTH = 500;

/** What every route is registered on. */
export type Server = ReturnType<typeof makeServer>;

export function makeServer() {
  return fastify({
    bodyLimit: MAX_BODY_LENGTH,
    // Streams of events would keep it from closing.
    forceCloseConnections: true,
    http: { headersTimeout: HEADERS_TIMEOUT_MS },
    // What goes wrong is told by the error handler.
    logger: false,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    // Refused before any handler of errors is asked.
    frameworkErrors: (_error, _request, reply: FastifyReply) => {
      const answer = { error: 'That address cannot be read.', code: 'invalid-request' } as const;
      void reply.code(400).send(answer satisfies FleetErrorAnswer);
    },
  }).withTypeProvider<TypeBoxTypeProvider>();
}
