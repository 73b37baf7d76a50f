// /api/containers, as scripts against the older system call it.

import { stateOf, statusWords } from '../containers/container-view.ts';
import { FleetError, invalidField } from '../errors.ts';
import { type Fleet, version } from '../fleet.ts';
import { resolutionOf } from '../samples/sampler.ts';
import type { Server } from './bare-server.ts';
import { serve } from './serve.ts';

export function containerRoutes(server: Server, fleet: Fleet): void {
  const { driver, clock } = fleet.options;

  serve(server, 'GET /health', () => ({ status: 'ok', service: 'enjambre', version }));

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

  for (const name of ['POST /api/containers', 'POST /api/v1/containers'] as const) {
    serve(server, name, async ({ body }) => {
      const { container, warnings } = await fleet.create(body);
      return {
        success: true,
        containerId: container.id,
        name: container.record.name,
        message: 'Container created and started successfully',
        ...(warnings.length > 0 && { warnings: [...warnings] }),
      };
    });
  }

  serve(server, 'GET /api/containers/:id', ({ params }) => {
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
    serve(server, `POST /api/containers/:id/${verb}`, async ({ params }) => {
      await fleet[verb](fleet.containers.find(params.id));
      return {
        success: true,
        message: `Container ${{ start: 'started', stop: 'stopped', restart: 'restarted' }[verb]}`,
      };
    });
  }

  for (const verb of ['pause', 'resume'] as const) {
    serve(server, `POST /api/containers/:id/${verb}`, async ({ params }) => {
      await fleet.setPaused(fleet.containers.find(params.id), verb === 'pause');
      return { success: true, paused: verb === 'pause' };
    });
  }

  serve(server, 'DELETE /api/containers/:id', async ({ params, query }) => {
    const container = fleet.containers.find(params.id);
    const runs = container.record.wanted === 'running';
    if (runs && query.force !== 'true' && query.force !== '1') {
      throw new FleetError('running', `${container.record.name} is running; stop it first, or use ?force=true.`);
    }
    await fleet.removal.remove(container, false);
    return { success: true, message: 'Container removed' };
  });

  serve(server, 'GET /api/containers/:id/status', ({ params }) => fleet.statusOf(fleet.containers.find(params.id)));

  serve(server, 'GET /api/v1/containers/:id/samples', ({ params, query }) => {
    const { id } = fleet.containers.find(params.id);
    const resolution = resolutionOf(Number(query.step ?? 1));
    if (resolution === undefined) throw invalidField('step', 'must be 1, 10 or 60 seconds');
    const count = query.count === undefined ? undefined : Number(query.count);
    if (count !== undefined && !(Number.isInteger(count) && count >= 1)) {
      throw invalidField('count', 'must be a number of samples');
    }
    return fleet.sampler.past(id, resolution, count);
  });

  for (const name of ['GET /api/containers/:id/stats', 'GET /api/v1/containers/:id/stats'] as const) {
    serve(server, name, async ({ params }) => {
      const container = fleet.containers.find(params.id);
      const stats = await driver.stats(container.id);
      if (stats !== undefined) return stats;
      throw new FleetError('wrong-state', `${container.record.name} is not running.`);
    });
  }
}
