// /api/v1/events: server-sent events, replayed from `Last-Event-ID` where possible.

import type { Fleet } from '../fleet.ts';
import type { Server } from './bare-server.ts';
import { securityHeaders } from './security-headers.ts';
import { serveRaw } from './serve.ts';

/** How long a browser waits before it comes back: soon, since the frames it missed are kept. */
const RETRY_MS = 1_000;

export function eventRoutes(server: Server, fleet: Fleet): void {
  serveRaw(server, 'GET /api/v1/events', ({ request, reply }) => {
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      ...securityHeaders,
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      // A proxy that collects the stream would make it pointless.
      'X-Accel-Buffering': 'no',
    });
    raw.write(`retry: ${RETRY_MS}\n\n`);
    const id = Number(request.headers['last-event-id'] ?? Number.NaN);
    const unsubscribe = fleet.events.subscribe(raw, Number.isSafeInteger(id) ? id : undefined);
    raw.on('close', unsubscribe).on('error', unsubscribe);
  });
}
