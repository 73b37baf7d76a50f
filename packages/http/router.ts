// A table of exact paths: which handler a request reaches, after admission had its say.

import { type AdmissionPolicy, type Caller, refusal } from './admission.ts';
import { type Answer, methodNotAllowed, notFound } from './answer.ts';

/** One path. Handlers are short: they ask somebody and dress the outcome. */
export interface Route {
  /** The methods it answers to; `any` for all. */
  readonly methods: readonly string[] | 'any';
  /** Answers without a token even when one is set. */
  readonly open?: boolean;
  /** A request to it changes something: pages of another origin are kept from it. */
  readonly changes?: boolean;
  readonly handle: () => Answer | Promise<Answer>;
}

export type RouteTable = Readonly<Record<string, Route>>;

/** What a router looks at: `url` is the request target, of which the query is ignored. */
export interface Request extends Caller {
  readonly method: string;
  readonly url: string;
}

/** Makes the function that answers requests by the table. Paths match exactly: case, slashes and all. */
export function router(table: RouteTable, policy: AdmissionPolicy): (request: Request) => Answer | Promise<Answer> {
  const routes = new Map(Object.entries(table));
  return (request) => {
    const route = routes.get(path(request.url));
    const allowed = route !== undefined && (route.methods === 'any' || route.methods.includes(request.method));
    const demand = { open: route?.open === true, changes: allowed && route.changes === true };
    const refused = refusal(request, demand, policy);
    if (refused !== undefined) return refused;
    if (route === undefined) return notFound();
    return allowed ? route.handle() : methodNotAllowed(route.methods as readonly string[]);
  };
}

/** `/status?x#y` → `/status`; the absolute form of proxies, `http://host/status`, too (RFC 9112 §3.2.2). */
function path(target: string): string {
  const pathAndQuery = target.replace(/^https?:\/\/[^/?#]*/i, '');
  const end = pathAndQuery.search(/[?#]/);
  return end === -1 ? pathAndQuery : pathAndQuery.slice(0, end);
}
