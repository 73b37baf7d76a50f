// Which methods a path answers to: for requests with another one. Paths that end in anything, as the page's, are no known ones.

import type { Server } from './bare-server.ts';

export type MethodsOf = (path: string) => readonly string[];

/** Notes every route that is registered from now on. */
export function noteRoutes(server: Server): MethodsOf {
  const methods = new Map<string, Set<string>>();
  server.addHook('onRoute', ({ url, method }) => {
    if (url.includes('*')) return;
    const known = methods.get(url) ?? new Set();
    methods.set(url, known);
    for (const one of [method].flat()) known.add(one);
  });
  return (path) => {
    const parts = path.split('/');
    const matching = [...methods].filter(([url]) => matches(url.split('/'), parts));
    return [...new Set(matching.flatMap(([, known]) => [...known]))].sort();
  };
}

function matches(pattern: readonly string[], parts: readonly string[]): boolean {
  return (
    pattern.length === parts.length &&
    pattern.every((part, index) => (part.startsWith(':') ? parts[index] !== '' : part === parts[index]))
  );
}
