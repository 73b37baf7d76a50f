// /api/containers, as scripts against the older system call it.

import { CreateContainerSchema, type CreatedContainer } from '@enjambre/contract';
import Type from 'typebox';
import { stateOf, statusWords } from '../containers/container-view.ts';
import { FleetError, invalidField } from '../errors.ts';
import { type Fleet, version } from '../fleet.ts';
import { resolutionOf } from '../samples/sampler.ts';
import type { Server } from './bare-server.ts';
import { dropEmptyFields } from './request-body.ts';

export const ById = Type.Object({ id: Type.String() });

export function containerRoutes(server: Server, fleet: Fleet): void {
  const { driver, clock } = fleet.options;

  server.get('/health', () => ({ status: 'ok', service: 'enjambre', version }));

  server.get('/api/containers', () => {
    // How containers are is not known then, and this list has no room to say so.
    if (driver.unreachable !== undefined) throw new FleetError('driver-unreachable', driver.unreachable);
    return fleet.containers.all().map((container) => ({
      id: container.id,
      name: container.record.name,
      image: container.record.config.imageName ?? driver.image,
      state: stateOf(container),
      status: statusWords(container, clock.wallTime()),
      created: Math.floor(container.record.createdAt / 1000),
      ports: driver.get(container.id)?.ports ?? [],
    }));
  });

  for (const path of ['/api/containers', '/api/v1/containers']) {
    const schema = { body: CreateContainerSchema };
    server.post(path, { schema, preValidation: dropEmptyFields }, async ({ body }) => {
      const { container, warnings } = await fleet.create(body);
      return {
        success: true,
        containerId: container.id,
        name: container.record.name,
        message: 'Container created and started successfully',
        ...(warnings.length > 0 && { warnings: [...warnings] }),
      } satisfies CreatedContainer;
    });
  }

  server.get('/api/containers/:id', { schema: { params: ById } }, ({ params }) => {
    const container = fleet.containers.find(params.id);
    const { name, createdAt, config } = container.record;
    const image = config.imageName ?? driver.image;
    return {
      id: container.id,
      name,
      image,
      state: stateOf(container),
      created: new Date(createdAt).toISOString(),
      config,
    };
  });

  for (const verb of ['start', 'stop', 'restart'] as const) {
    server.post(`/api/containers/:id/${verb}`, { schema: { params: ById } }, async ({ params }) => {
      await fleet[verb](fleet.containers.find(params.id));
      return {
        success: true,
        message: `Container ${{ start: 'started', stop: 'stopped', restart: 'restarted' }[verb]}`,
      };
    });
  }

  for (const verb of ['pause', 'resume'] as const) {
    server.post(`/api/containers/:id/${verb}`, { schema: { params: ById } }, async ({ params }) => {
      await fleet.setPaused(fleet.containers.find(params.id), verb === 'pause');
      return { success: true, paused: verb === 'pause' };
    });
  }

  const Forced = Type.Object({ force: Type.Optional(Type.String()) });
  server.delete('/api/containers/:id', { schema: { params: ById, querystring: Forced } }, async ({ params, query }) => {
    const container = fleet.containers.find(params.id);
    const runs = container.record.wanted === 'running';
    if (runs && query.force !== 'true' && query.force !== '1') {
      throw new FleetError('running', `${container.record.name} is running; stop it first, or use ?force=true.`);
    }
    await fleet.removal.remove(container, false);
    return { success: true, message: 'Container removed' };
  });

  server.get('/api/containers/:id/status', { schema: { params: ById } }, ({ params }) =>
    fleet.statusOf(fleet.containers.find(params.id)),
  );

  const Samples = Type.Object({ step: Type.Optional(Type.String()), count: Type.Optional(Type.String()) });
  const forSamples = { params: ById, querystring: Samples };
  server.get('/api/v1/containers/:id/samples', { schema: forSamples }, ({ params, query }) => {
    const { id } = fleet.containers.find(params.id);
    const resolution = resolutionOf(Number(query.step ?? 1));
    if (resolution === undefined) throw invalidField('step', 'must be 1, 10 or 60 seconds');
    const count = query.count === undefined ? undefined : Number(query.count);
    if (count !== undefined && !(Number.isInteger(count) && count >= 1)) {
      throw invalidField('count', 'must be a number of samples');
    }
    return fleet.sampler.past(id, resolution, count);
  });

  for (const path of ['/api/containers/:id/stats', '/api/v1/containers/:id/stats']) {
    server.get(path, { schema: { params: ById } }, async ({ params }) => {
      const container = fleet.containers.find(params.id);
      const stats = await driver.stats(container.id);
      if (stats !== undefined) return stats;
      throw new FleetError('wrong-state', `${container.record.name} is not running.`);
    });
  }
}
