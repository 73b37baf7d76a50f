// The client's HTTP server: it listens before anything else is ready and answers whatever the torrents do.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { ControlPath, PauseAnswer, ResumeAnswer, Status } from '@enjambre/contract';
import { listen } from '@enjambre/engine';
import {
  type AdmissionPolicy,
  type Answer,
  errorAnswer,
  jsonAnswer,
  type Route,
  type RouteTable,
  router,
  textAnswer,
} from '@enjambre/http';
import type { Logger } from '@enjambre/runtime';
import { reasonOf } from './errors.ts';

/** A request's head is small and local; whoever takes longer holds a socket for nothing. */
const HEADERS_TIMEOUT_MS = 5_000;
/** How often that is looked at: in Node's own half minute they could have all sockets, more often wakes who rests. */
const SLOW_CHECK_MS = 10_000;
/** So long a caller may rest between two questions: longer than a backend does while it starts others (15 s). */
const KEEP_ALIVE_MS = 30_000;
/** So long a body may stand still. */
const BODY_STALL_MS = 5_000;
/** Enough for every poller of a host, too few to run out of descriptors. */
const MAX_CONNECTIONS = 256;

/** What the control server steers; `pause` and `resume` may come at any time and twice. */
export interface Controlled {
  status(): Status;
  pause(): void;
  resume(): void;
}

export class ControlServer {
  readonly #server: Server;
  readonly #logger: Logger;

  /** @param api what it answers besides the paths that other programs rely on */
  constructor(controlled: Controlled, api: RouteTable, policy: AdmissionPolicy, logger: Logger) {
    this.#logger = logger;
    const limits = {
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: SLOW_CHECK_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
    };
    const answer = router({ ...routesOf(controlled), ...api }, policy);
    this.#server = createServer(limits, (request, response) => {
      void this.#serve(answer, request, response);
    });
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /** The port as bound, or undefined when it could not be: that is logged, and the client works without. */
  async listen(port: number, host: string): Promise<number | undefined> {
    try {
      const bound = await listen(this.#server, { port, host });
      this.#server.on('error', (late) => this.#logger.log('warn', `control server: ${late.message}`));
      return bound;
    } catch (error) {
      this.#logger.log(
        'error',
        `the control server cannot listen on ${host} port ${port}: ${reasonOf(error)}; going on without it`,
      );
      return undefined;
    }
  }

  /** Ends every connection at once. */
  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(answer: ReturnType<typeof router>, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
    if (hasBody) leaveWhenStalled(request, response);
    try {
      // An iterator that is left early would else take the socket along, and the answer with it.
      const body = request.iterator({ destroyOnReturn: false });
      send(response, await answer({ method, url, headers, body }));
    } catch (error) {
      // He left in the middle of what he sent, or was left: nobody is there to be answered.
      if (error === request.errored) return;
      this.#logger.log('error', `${method} ${url}: ${reasonOf(error)}`);
      send(response, errorAnswer(500, 'internal', 'The client could not answer; its log says why.'));
    }
  }
}

/** The answer may take its time once everything is there: only who listens at the response keeps node from closing then. */
function leaveWhenStalled(request: IncomingMessage, response: ServerResponse): void {
  response.setTimeout(BODY_STALL_MS, () => {
    if (!request.complete) request.destroy(new Error('the body stood still'));
  });
}

function routesOf(controlled: Controlled): Record<ControlPath, Route> {
  return {
    '/status': { methods: ['GET'], handle: () => jsonAnswer(controlled.status()) },
    '/pause': {
      methods: ['POST'],
      changes: true,
      handle() {
        controlled.pause();
        return jsonAnswer({ status: 'paused' } satisfies PauseAnswer);
      },
    },
    '/resume': {
      methods: ['POST'],
      changes: true,
      handle() {
        controlled.resume();
        return jsonAnswer({ status: 'resumed' } satisfies ResumeAnswer);
      },
    },
    '/health': { methods: 'any', open: true, handle: () => textAnswer('OK') },
  };
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) }).end(body);
}
