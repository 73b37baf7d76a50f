// /api/v1: lists for the page, one action on many containers, removals in two steps.

import { type Action, type ActionAnswer, ActionSchema } from '@enjambre/contract';
import Type from 'typebox';
import { FleetError, reasonOf } from '../errors.ts';
import type { Fleet } from '../fleet.ts';
import type { Server } from './bare-server.ts';
import { ById } from './container-routes.ts';

const MAX_IDS = 1000;
const Removals = Type.Object({
  ids: Type.Array(Type.String(), { minItems: 1, maxItems: MAX_IDS }),
  withData: Type.Boolean(),
});

/** Starts the demo swarm; gives the ids of its containers. */
export type Demo = () => Promise<readonly string[]>;

export function actionRoutes(server: Server, fleet: Fleet, demo: Demo): void {
  server.get('/api/v1/info', () => fleet.about());

  server.get('/api/v1/containers', () => ({ items: fleet.views() }));

  server.get('/api/v1/containers/:id', { schema: { params: ById } }, ({ params }) =>
    fleet.view(fleet.containers.find(params.id)),
  );

  server.post('/api/v1/actions', { schema: { body: ActionSchema } }, async ({ body }) => {
    return { results: await Promise.all(body.ids.map((id) => act(fleet, body.verb, id))) };
  });

  server.post('/api/v1/removals', { schema: { body: Removals } }, ({ body }) =>
    fleet.removal.plan(body.ids, body.withData),
  );

  const ByToken = Type.Object({ token: Type.String() });
  server.post('/api/v1/removals/:token', { schema: { params: ByToken } }, ({ params }) =>
    fleet.removal.carryOut(params.token),
  );

  server.post('/api/v1/demo', async () => {
    const ids = await demo();
    return { results: ids.map((id) => ({ id, ok: true })) } satisfies ActionAnswer;
  });
}

/** One refusal must not hide what became of the others. */
async function act(fleet: Fleet, verb: Action['verb'], id: string): Promise<ActionAnswer['results'][number]> {
  try {
    const container = fleet.containers.find(id);
    if (verb === 'pause' || verb === 'resume') await fleet.setPaused(container, verb === 'pause');
    else await fleet[verb](container);
    return { id, ok: true };
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    return { id, ok: false, code: error.code, error: reasonOf(error) };
  }
}
