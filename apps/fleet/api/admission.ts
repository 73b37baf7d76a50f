// Who may call, before anything of a request is read. A browser that was given the token once keeps it in a cookie, since
// neither an event stream nor a WebSocket of a page can send a header.

import { type AdmissionPolicy, refusal, tokenMatches } from '@enjambre/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isNavigation, signInPage } from './sign-in.ts';

export interface AdmissionOptions {
  readonly policy: AdmissionPolicy;
}

const COOKIE = 'enjambre_token';
/** Long-lived answers, which a page of another origin could otherwise open and read on. */
const STREAMS = /^\/(?:ws\/|api\/v1\/events)/;

/** A hook that refuses whom the policy does not let in. */
export function admit({
  policy,
}: AdmissionOptions): (request: FastifyRequest, reply: FastifyReply) => Promise<unknown> {
  return async (request, reply) => {
    const [path] = request.url.split('?');
    const changes = !['GET', 'HEAD'].includes(request.method) || STREAMS.test(path);
    const byCookie = policy.token !== undefined && tokenMatches(cookieOf(request) ?? '', policy.token);
    const given = (request.query as { token?: unknown } | undefined)?.token;
    if (path === '/' && policy.token !== undefined && typeof given === 'string' && tokenMatches(given, policy.token)) {
      return reply.header('Set-Cookie', `${COOKIE}=${given}; Path=/; HttpOnly; SameSite=Strict`).redirect('/', 302);
    }
    // The browser sends the cookie by itself, so where the request comes from counts again.
    const effective = byCookie ? { ...policy, token: undefined } : policy;
    const refused = refusal({ headers: request.headers }, { open: path === '/health', changes }, effective);
    if (refused === undefined) return undefined;
    if (refused.status === 401 && isNavigation(request)) {
      return reply.code(refused.status).type('text/html; charset=utf-8').send(signInPage(request));
    }
    return reply.code(refused.status).headers(refused.headers).send(refused.body);
  };
}

function cookieOf(request: FastifyRequest): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  const value = pairs
    .find(([name]) => name === COOKIE)
    ?.slice(1)
    .join('=');
  return value === '' ? undefined : value;
}
