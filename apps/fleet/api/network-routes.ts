// /api/networks: processes of one machine have no networks of their own, and say so.

import Type from 'typebox';
import { FleetError } from '../errors.ts';
import type { Fleet } from '../fleet.ts';
import type { Server } from './bare-server.ts';

const CreateNetwork = Type.Object({ name: Type.String({ minLength: 1 }), driver: Type.Optional(Type.String()) });

export function networkRoutes(server: Server, fleet: Fleet): void {
  server.get('/api/networks', () => []);

  server.post('/api/networks', { schema: { body: CreateNetwork } }, () => {
    const { name } = fleet.options.driver;
    throw new FleetError('not-with-this-driver', `There are no networks with the driver ${name}.`);
  });
}
