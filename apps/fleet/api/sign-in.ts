// What a browser without the token is shown in place of JSON: one field. Plain HTML, since the page itself may only be
// had with the token. Sends it as `/?token=`, which admission answers with a cookie and a clean address.

import type { FastifyRequest } from 'fastify';

const WORDS = {
  en: { say: 'This backend asks for its token.', label: 'Token', send: 'Sign in' },
  es: { say: 'Este backend pide su token.', label: 'Token', send: 'Entrar' },
} as const;

/** A person went to this address, no program. */
export function isNavigation({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' && (headers.accept ?? '').includes('text/html');
}

/** As a document of its own, in the browser's first language if it is ours. */
export function signInPage(request: FastifyRequest): string {
  const lang = /^es\b/i.test(request.headers['accept-language'] ?? '') ? 'es' : 'en';
  const { say, label, send } = WORDS[lang];
  return `<!doctype html>
<html lang="${lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>Enjambre</title>
<main><h1>Enjambre</h1><p>${say}</p><form action="/"><label>${label}
<input name="token" type="password" autocomplete="current-password" required autofocus></label> <button>${send}</button></form></main></html>
`;
}
