// The tracker's HTTP port as other trackers of the set use it. Its own connections answer heads alone; those on which a fellow
// sends a body come here, to node:http. Invariant: nobody's body is read whose head did not prove that it comes from a fellow.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { isRefusal, MOST_BODY_LENGTH, type Refusal } from '../replication/gate.ts';
import type { Replication } from '../replication/replication.ts';

export interface ReplicationPort {
  /** Takes a connection over, with what was read of it and not answered: a whole head at least. */
  take(socket: Socket, unread: Buffer): void;
  /** Ends every connection. */
  close(): void;
}

/** A fellow compares every few seconds: who is silent for longer is gone, or holds the connection on purpose. */
const SILENT_MS = 15_000;

export function createReplicationPort(replication: Replication): ReplicationPort {
  const sockets = new Set<Socket>();
  const server = createServer({ keepAliveTimeout: SILENT_MS }, (request, response) => {
    const target = { method: request.method ?? '', path: request.url ?? '' };
    const signed = replication.admit(target, request.headers.authorization);
    if (isRefusal(signed)) return refuse(response, signed);
    readBody(request, (body) => {
      const answer = replication.answer(target, signed, body);
      if (isRefusal(answer)) return refuse(response, answer);
      response.writeHead(200, {
        'Content-Type': 'application/octet-stream',
        'Content-Length': answer.body.length,
        'Authentication-Info': answer.signature,
      });
      response.end(answer.body);
    });
  });
  return {
    take(socket, unread) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.setTimeout(SILENT_MS, () => socket.destroy());
      // What was read comes first only to a stream that begins to flow after it was put back.
      socket.pause();
      socket.unshift(unread);
      server.emit('connection', socket);
      socket.resume();
    },
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function readBody(request: IncomingMessage, done: (body: Buffer) => void): void {
  const parts: Buffer[] = [];
  let length = 0;
  request.on('data', (part: Buffer) => {
    parts.push(part);
    length += part.length;
    if (length > MOST_BODY_LENGTH) request.destroy();
  });
  request.on('end', () => done(Buffer.concat(parts)));
}

/** What may follow the head of a request that is refused is not read: the connection ends. */
function refuse(response: ServerResponse, { status, code, sentence }: Refusal): void {
  const body = `${JSON.stringify({ error: sentence, code })}\n`;
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'X-Content-Type-Options': 'nosniff',
    Connection: 'close',
    ...(status === 401 && { 'WWW-Authenticate': 'Enjambre-Set-1' }),
  });
  response.end(body);
}
