// The page: its built files, and its start for every path that is one of its own. Files whose name holds a hash never
// change and are kept by browsers; the start is asked for each time.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { Server } from './bare-server.ts';
import type { AnswerUnknown } from './error-answers.ts';

/** Vite's. */
const HASHED = /^\/assets\//;
const KEEP = 'public, max-age=31536000, immutable';
const NOT_BUILT = 'The page is not built yet: run "npm start", or "npm run build -w apps/web".\n';
/** A path whose last part looks like a file is no route of the page. */
const FILE = /\.[a-z0-9]+$/i;

export async function pageRoutes(server: Server, folder: string, refuseUnknown: AnswerUnknown): Promise<void> {
  await server.register(fastifyStatic, {
    root: folder,
    serve: false,
    preCompressed: true,
    cacheControl: false,
    etag: true,
  });

  server.get('/*', (request, reply) => {
    const [path] = request.url.split('?');
    if (/^\/(?:api|ws)(?:\/|$)/.test(path)) return refuseUnknown(request, reply);
    // It may be built while we run.
    if (!existsSync(join(folder, 'index.html')))
      return reply.code(503).type('text/plain; charset=utf-8').send(NOT_BUILT);
    const file = FILE.test(path) ? decodePath(path) : 'index.html';
    // Of what is not there nothing may be kept: the next build may have it.
    if (HASHED.test(path) && existsSync(join(folder, file))) reply.header('Cache-Control', KEEP);
    else reply.header('Cache-Control', 'no-cache');
    return reply.sendFile(file);
  });
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path).slice(1);
  } catch {
    return path.slice(1);
  }
}
