// /api/v1/hosts: the machines that clients run on. Updates of what they run stand here too, host by host.

import type { Fleet } from '../fleet.ts';
import type { Server } from './bare-server.ts';
import { cutPage } from './page.ts';
import { serve } from './serve.ts';

export function hostRoutes(server: Server, fleet: Fleet): void {
  serve(server, 'GET /api/v1/hosts', async ({ query }) => cutPage(await fleet.options.driver.hosts(), query));

  serve(server, 'POST /api/v1/containers/:id/update', async ({ params, body }) => {
    await fleet.update(fleet.containers.find(params.id), body.imageName);
    return { success: true, message: 'Container is being updated' };
  });
}
