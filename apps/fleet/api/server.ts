// One HTTP server over the fleet: the older API, /api/v1, the page. It may be built twice, for two ports.

import type { Logger } from '@enjambre/runtime';
import multipart from '@fastify/multipart';
import websocket from '@fastify/websocket';
import { type Fleet, version } from '../fleet.ts';
import { MAX_TORRENT_LENGTH } from '../torrents/torrent-library.ts';
import { actionRoutes, type Demo } from './action-routes.ts';
import { type AdmissionOptions, admit } from './admission.ts';
import { makeServer, type Server } from './bare-server.ts';
import { clientRoutes } from './client-routes.ts';
import { containerRoutes } from './container-routes.ts';
import { docsRoutes } from './docs-routes.ts';
import { answerError, answerUnknown } from './error-answers.ts';
import { eventRoutes } from './event-routes.ts';
import { hostRoutes } from './host-routes.ts';
import { imageRoutes } from './image-routes.ts';
import { logRoutes } from './log-routes.ts';
import { metricsRoutes } from './metrics-routes.ts';
import { networkRoutes } from './network-routes.ts';
import { pageRoutes } from './page-routes.ts';
import { parseAnyBody, validate } from './request-body.ts';
import { noteRoutes } from './route-methods.ts';
import { setSecurityHeaders } from './security-headers.ts';
import { torrentRoutes } from './torrent-routes.ts';

export interface ServerOptions extends AdmissionOptions {
  readonly fleet: Fleet;
  /** The built page. */
  readonly pageFolder: string;
  /** Starts the demo swarm. */
  readonly demo: Demo;
  readonly logger: Logger;
}

/** Not listening yet. */
export async function buildServer(options: ServerOptions): Promise<Server> {
  const { fleet, logger, demo } = options;
  const server = makeServer();
  const methodsOf = noteRoutes(server);
  // First: it marks requests to become a WebSocket, and ends the socket of those that a later hook refuses. Such a socket
  // is no server's any more, and one left open would keep the backend from ever closing.
  await server.register(websocket, { options: { maxPayload: 1024 } });
  server.addHook('onRequest', setSecurityHeaders);
  server.addHook('onRequest', admit(options));
  server.addHook('onRequest', () => fleet.ready);
  server.setValidatorCompiler(({ schema }) => validate(schema));
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'string' }, parseAnyBody);
  server.setErrorHandler(answerError(logger));
  const refuseUnknown = answerUnknown(methodsOf);
  server.setNotFoundHandler(refuseUnknown);
  await server.register(multipart, { limits: { fileSize: MAX_TORRENT_LENGTH + 1, files: 1, fields: 10 } });
  containerRoutes(server, fleet);
  clientRoutes(server, fleet);
  actionRoutes(server, fleet, demo);
  logRoutes(server, fleet);
  torrentRoutes(server, fleet);
  networkRoutes(server, fleet);
  imageRoutes(server, fleet);
  hostRoutes(server, fleet);
  eventRoutes(server, fleet);
  metricsRoutes(server, fleet);
  await docsRoutes(server, version);
  await pageRoutes(server, options.pageFolder, refuseUnknown);
  return server;
}
