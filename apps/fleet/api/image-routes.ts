// /api/v1/images: what containers may be made from; a pull is told of while it goes on, a line of JSON a step.

import { PassThrough } from 'node:stream';
import type { PullStep } from '@enjambre/contract';
import { FleetError, reasonOf } from '../errors.ts';
import type { Fleet } from '../fleet.ts';
import type { Server } from './bare-server.ts';
import { cutPage } from './page.ts';
import { serve, serveRaw } from './serve.ts';

export function imageRoutes(server: Server, fleet: Fleet): void {
  const { driver } = fleet.options;

  serve(server, 'GET /api/v1/images', async ({ query }) => cutPage((await driver.images?.list()) ?? [], query));

  serveRaw(server, 'POST /api/v1/images/pull', ({ body, reply }) => {
    const { images } = driver;
    if (images === undefined) {
      throw new FleetError('not-with-this-driver', `There are no images with the driver ${driver.name}.`);
    }
    // Refused before the answer begins: after that it is 200, whatever becomes of it.
    images.check(body.name);
    const lines = new PassThrough();
    const tell = (step: PullStep) => void lines.write(`${JSON.stringify(step)}\n`);
    images
      .pull(body.name, tell)
      .then(
        () => tell({ status: 'done' }),
        (error) => tell({ status: 'failed', error: reasonOf(error), code: codeOf(error) }),
      )
      .finally(() => lines.end());
    return reply.type('application/x-ndjson; charset=utf-8').send(lines);
  });
}

function codeOf(error: unknown): string {
  return error instanceof FleetError ? error.code : 'internal';
}
