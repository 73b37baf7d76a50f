// /api/networks: what containers are on to find each other by name. Processes of one machine have none, and say so.

import Type from 'typebox';
import { FleetError } from '../errors.ts';
import type { Fleet } from '../fleet.ts';
import type { Server } from './bare-server.ts';
import { dropEmptyFields } from './request-body.ts';

const DEFAULT_KIND = 'bridge';

const CreateNetwork = Type.Object(
  { name: Type.String({ minLength: 1 }), driver: Type.Optional(Type.String()) },
  { additionalProperties: false },
);

export function networkRoutes(server: Server, fleet: Fleet): void {
  const { driver } = fleet.options;

  server.get('/api/networks', async () => (await driver.networks?.list()) ?? []);

  const schema = { body: CreateNetwork };
  server.post('/api/networks', { schema, preValidation: dropEmptyFields }, async ({ body }) => {
    if (driver.networks === undefined) {
      throw new FleetError('not-with-this-driver', `There are no networks with the driver ${driver.name}.`);
    }
    const networkId = await driver.networks.create(body.name, body.driver ?? DEFAULT_KIND);
    return { success: true, networkId, name: body.name, message: 'Network created successfully' };
  });
}
