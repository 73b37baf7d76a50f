// /api/networks: what containers are on to find each other by name. Processes of one machine have none, and say so.

import { FleetError } from '../errors.ts';
import type { Fleet } from '../fleet.ts';
import type { Server } from './bare-server.ts';
import { serve } from './serve.ts';

export function networkRoutes(server: Server, fleet: Fleet): void {
  const { driver } = fleet.options;

  serve(server, 'GET /api/networks', async () => [...((await driver.networks?.list()) ?? [])]);

  serve(server, 'POST /api/networks', async ({ body }) => {
    if (driver.networks === undefined) {
      throw new FleetError('not-with-this-driver', `There are no networks with the driver ${driver.name}.`);
    }
    const networkId = await driver.networks.create(body.name, body.driver ?? driver.networks.kind);
    return { success: true, networkId, name: body.name, message: 'Network created successfully' };
  });
}
