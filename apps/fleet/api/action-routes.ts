// /api/v1: lists for the page, one action on many containers, removals in two steps.

import type { Action } from '@enjambre/contract';
import type { Fleet } from '../fleet.ts';
import { outcomeOf } from '../outcome.ts';
import type { Server } from './bare-server.ts';
import { selectContainers } from './container-query.ts';
import { cutPage } from './page.ts';
import { serve } from './serve.ts';

/** Starts the demo swarm; gives the ids of its containers. */
export type Demo = () => Promise<readonly string[]>;

export function actionRoutes(server: Server, fleet: Fleet, demo: Demo): void {
  serve(server, 'GET /api/v1/info', () => fleet.about());

  serve(server, 'GET /api/v1/containers', ({ query }) => cutPage(selectContainers(fleet.views(), query), query));

  serve(server, 'GET /api/v1/containers/:id', ({ params }) => fleet.view(fleet.containers.find(params.id)));

  serve(server, 'POST /api/v1/actions', async ({ body }) => {
    return { results: await Promise.all(body.ids.map((id) => outcomeOf(id, () => act(fleet, body.verb, id)))) };
  });

  serve(server, 'POST /api/v1/removals', ({ body }) => fleet.removal.plan(body.ids, body.withData));

  serve(server, 'POST /api/v1/removals/:token', ({ params }) => fleet.removal.carryOut(params.token));

  serve(server, 'POST /api/v1/demo', async () => {
    const ids = await demo();
    return { results: ids.map((id) => ({ id, ok: true })) };
  });
}

async function act(fleet: Fleet, verb: Action['verb'], id: string): Promise<void> {
  const container = fleet.containers.find(id);
  if (verb === 'pause' || verb === 'resume') await fleet.setPaused(container, verb === 'pause');
  else await fleet[verb](container);
}
