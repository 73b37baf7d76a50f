// From what went wrong to what the caller gets: a sentence, a word, the field.

import type { FleetErrorAnswer } from '@enjambre/contract';
import { MOST_DRAINED } from '@enjambre/http';
import type { Logger } from '@enjambre/runtime';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { FleetError } from '../errors.ts';
import type { MethodsOf } from './route-methods.ts';

/** The error handler. Our own bugs go to the log, the caller learns only that there was one. */
export function answerError(logger: Logger) {
  return (error: FastifyError | FleetError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const known = error instanceof FleetError ? error : fromFramework(error);
    if (isOverLimit(error) && isDrained(request)) reply.removeHeader('Connection');
    if (known === undefined) {
      logger.log('error', `${request.method} ${request.url}: ${error.stack ?? error.message}`);
      const answer = { error: 'The backend could not answer; its log says why.', code: 'internal' } as const;
      return reply.code(500).send(answer satisfies FleetErrorAnswer);
    }
    return reply.code(known.status).send(answerOf(known));
  };
}

/** The framework's own, before it has read the body; it closes the connection then. */
function isOverLimit({ code }: FastifyError | FleetError): boolean {
  return code === 'FST_ERR_CTP_BODY_TOO_LARGE';
}

/** Whether the rest is read to its end and dropped: who still writes into a closed connection would not see the answer. */
function isDrained({ headers, routeOptions }: FastifyRequest): boolean {
  return Number(headers['content-length']) <= MOST_DRAINED * (routeOptions.bodyLimit ?? 0);
}

function answerOf({ message, code, field }: FleetError): FleetErrorAnswer {
  return { error: message, code, ...(field !== undefined && { field }) };
}

export type AnswerUnknown = (request: FastifyRequest, reply: FastifyReply) => FastifyReply;

/** For what no route takes: the path is unknown, or its method is another (RFC 9110 §15.5.6). */
export function answerUnknown(methodsOf: MethodsOf): AnswerUnknown {
  return ({ method, url }, reply) => {
    const methods = methodsOf(url.split('?')[0]);
    if (methods.length === 0 || methods.includes(method)) {
      return reply.code(404).send(answerOf(new FleetError('not-found', `There is no ${method} ${url} here.`)));
    }
    const allowed = methods.join(', ');
    const verb = methods.length > 1 ? 'are' : 'is';
    const sentence = `${method} is nothing that can be done here; ${allowed} ${verb}.`;
    const refusal = new FleetError('method-not-allowed', sentence);
    return reply.code(refusal.status).header('Allow', allowed).send(answerOf(refusal));
  };
}

/** What fastify and its parsers refuse by themselves. */
function fromFramework(error: FastifyError): FleetError | undefined {
  // A validator's own error comes wrapped.
  if (error.validation instanceof FleetError) return error.validation;
  if (error.statusCode === 413) return new FleetError('too-large', 'That is more than may be sent here.');
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return new FleetError('invalid-request', `${error.message.replace(/\.$/, '')}.`);
  }
  return undefined;
}
