// The API listens before the state folder is open and the torrents of the command line are launched. Who wants to change
// something waits until they are: a torrent that was sent before was launched twice, and never got a piece.

import type { Route, RouteTable } from '@enjambre/http';

/** The same routes; those that change something are handled once `started` is resolved. */
export function onceStarted(table: RouteTable, started: Promise<void>): RouteTable {
  const gated = (route: Route): Route => {
    if (route.changes !== true) return route;
    return {
      ...route,
      async handle(asked) {
        await started;
        return await route.handle(asked);
      },
    };
  };
  const entries = Object.entries(table).map(([path, routes]) => [path, [routes].flat().map(gated)] as const);
  return Object.fromEntries(entries);
}
