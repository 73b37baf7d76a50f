// Who may call. A page of a stranger that runs in the user's browser reaches loopback too: `Host` keeps out names that
// were rebound to it, `Origin` keeps it from changing anything, and beyond loopback only a token counts.

import { hash, timingSafeEqual } from 'node:crypto';
import { type Answer, errorAnswer } from './answer.ts';
import { isIpLiteral, isLoopback, parseAuthority } from './authority.ts';

/** Whom a server lets in. */
export interface AdmissionPolicy {
  /** Names besides `localhost` and IP literals under which callers may ask for us. */
  readonly allowedHosts: readonly string[];
  /** Every caller must know it, except for routes that are open; undefined: whoever reaches the port may call. */
  readonly token: string | undefined;
}

/** What admission looks at; header names in lower case, as node:http gives them. */
export interface Caller {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What the route that is asked for needs. */
export interface Demand {
  /** Answers without a token even when one is set. */
  readonly open: boolean;
  /** The request changes something. */
  readonly changes: boolean;
}

/** The refusal that the caller gets, or undefined when it may go on. */
export function refusal(caller: Caller, demand: Demand, policy: AdmissionPolicy): Answer | undefined {
  const host = single(caller.headers.host);
  if (host !== undefined && !hostAllowed(host, policy.allowedHosts)) {
    return errorAnswer(421, 'host-not-allowed', 'This server does not answer to that name; see --allowed-hosts.');
  }
  if (policy.token !== undefined) {
    if (demand.open || bearerMatches(single(caller.headers.authorization), policy.token)) return undefined;
    return errorAnswer(401, 'token-required', 'Send the token as "Authorization: Bearer TOKEN".', {
      'WWW-Authenticate': 'Bearer',
    });
  }
  if (demand.changes && isForeign(caller)) {
    return errorAnswer(403, 'foreign-origin', 'A web page of another origin may not change anything here.');
  }
  return undefined;
}

/** True when listening on `host` lets others than this machine's programs in, so that a token is needed. */
export function needsToken(host: string): boolean {
  return !isLoopback(host);
}

/** HTTP/1.0 callers may leave `Host` out: no browser does, and it is browsers that can be rebound. */
function hostAllowed(header: string, allowedHosts: readonly string[]): boolean {
  const host = parseAuthority(header)?.host;
  if (host === undefined) return false;
  return host === 'localhost' || isIpLiteral(host) || allowedHosts.some((name) => normal(name) === host);
}

/** `same-site` is foreign too: another port of localhost is another program. */
function isForeign(caller: Caller): boolean {
  const site = single(caller.headers['sec-fetch-site']);
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  const origin = single(caller.headers.origin);
  if (origin === undefined) return false;
  const from = /^(https?):\/\/(.+)$/i.exec(origin);
  const theirs = from === null ? undefined : parseAuthority(from[2]);
  const ours = parseAuthority(single(caller.headers.host) ?? '');
  if (from === null || theirs === undefined || ours === undefined) return true;
  const defaultPort = from[1].toLowerCase() === 'https' ? '443' : '80';
  return theirs.host !== ours.host || (theirs.port ?? defaultPort) !== (ours.port ?? defaultPort);
}

function bearerMatches(header: string | undefined, token: string): boolean {
  const given = /^Bearer +(.+)$/i.exec(header ?? '')?.[1];
  return given !== undefined && tokenMatches(given.trimEnd(), token);
}

/** Compares digests, which have one length, so that the time taken tells nothing of the token. */
export function tokenMatches(given: string, token: string): boolean {
  return timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

function normal(name: string): string {
  return parseAuthority(name)?.host ?? name.toLowerCase();
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header;
}
