// A table of paths: which handler a request reaches, after admission had its say.

import { type AdmissionPolicy, type Caller, refusal } from './admission.ts';
import { type Answer, methodNotAllowed, notFound } from './answer.ts';

/** What a handler is asked. */
export interface Asked {
  /** By the names that the path has them: `/x/:name`. Decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The body's bytes, or undefined when there are more than `limit`; to be read once. Who does not ask ignores it. */
  readonly body: (limit: number) => Promise<Uint8Array | undefined>;
}

/** One path and what it does. Handlers are short: they ask somebody and dress the outcome. */
export interface Route {
  /** The methods it answers to; `any` for all. */
  readonly methods: readonly string[] | 'any';
  /** Answers without a token even when one is set. */
  readonly open?: boolean;
  /** A request to it changes something: pages of another origin are kept from it. */
  readonly changes?: boolean;
  readonly handle: (asked: Asked) => Answer | Promise<Answer>;
}

/** The methods of a route that is only looked at: who sends the answer to HEAD leaves the body out (RFC 9110 §9.3.2). */
export const READING: readonly string[] = ['GET', 'HEAD'];

/** By path, whose parts may be names: `/torrents/:infohash`. Several routes of one path have different methods. */
export type RouteTable = Readonly<Record<string, Route | readonly Route[]>>;

/** What a router looks at: `url` is the request target. */
export interface Request extends Caller {
  readonly method: string;
  readonly url: string;
  /** Left out by who has none. */
  readonly body?: AsyncIterable<Uint8Array>;
}

/** A body that is announced to be more than so many times too long is not read to its end. */
export const MOST_DRAINED = 4;

interface Found {
  readonly routes: readonly Route[];
  readonly params: Readonly<Record<string, string>>;
}

/** Makes the function that answers requests by the table. Paths match exactly: case, slashes and all. */
export function router(table: RouteTable, policy: AdmissionPolicy): (request: Request) => Answer | Promise<Answer> {
  const find = finder(table);
  return (request) => {
    const { path, query } = takeApart(request.url);
    const found = find(path);
    const route = found?.routes.find(({ methods }) => methods === 'any' || methods.includes(request.method));
    const isOpen = found?.routes.some(({ open }) => open === true) === true;
    const refused = refusal(request, { open: isOpen, changes: route?.changes === true }, policy);
    if (refused !== undefined) return refused;
    if (found === undefined) return notFound();
    if (route === undefined) return methodNotAllowed(found.routes.flatMap(({ methods }) => methods));
    const body = (limit: number): Promise<Uint8Array | undefined> => readBody(request, limit);
    return route.handle({ params: found.params, query: new URLSearchParams(query), body });
  };
}

function finder(table: RouteTable): (path: string) => Found | undefined {
  const plain = new Map<string, Found>();
  const patterns: { readonly parts: readonly string[]; readonly routes: readonly Route[] }[] = [];
  for (const [path, entry] of Object.entries(table)) {
    const routes = 'handle' in entry ? [entry] : entry;
    if (path.includes(':')) patterns.push({ parts: path.split('/'), routes });
    else plain.set(path, { routes, params: {} });
  }
  return (path) => {
    const exact = plain.get(path);
    if (exact !== undefined) return exact;
    const given = path.split('/');
    for (const { parts, routes } of patterns) {
      const params = match(parts, given);
      if (params !== undefined) return { routes, params };
    }
    return undefined;
  };
}

function match(parts: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  if (parts.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, part] of parts.entries()) {
    if (!part.startsWith(':')) {
      if (part !== given[at]) return undefined;
      continue;
    }
    const value = decode(given[at]);
    if (value === undefined || value === '') return undefined;
    params[part.slice(1)] = value;
  }
  return params;
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** `/status?x#y` → `/status` and `x`; the absolute form of proxies, `http://host/status`, too (RFC 9112 §3.2.2). */
function takeApart(target: string): { path: string; query: string } {
  const pathAndQuery = target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/#.*$/, '');
  const end = pathAndQuery.indexOf('?');
  if (end === -1) return { path: pathAndQuery, query: '' };
  return { path: pathAndQuery.slice(0, end), query: pathAndQuery.slice(end + 1) };
}

/** What is too long is read to its end and dropped: a caller who still writes would not see the answer. */
async function readBody({ headers, body }: Request, limit: number): Promise<Uint8Array | undefined> {
  if (Number(headers['content-length'] ?? 0) > MOST_DRAINED * limit) return undefined;
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body ?? []) {
    length += part.length;
    if (length <= limit) parts.push(part);
    else parts.length = 0;
  }
  return length > limit ? undefined : Buffer.concat(parts);
}
