// The messages of a set of trackers over HTTP: two kept connections to each fellow. Invariant: one that does not answer is given
// up within seconds, and whatever it sends is bounded before anybody looks at it.

import { Agent, type ClientRequest, request as requestHttp } from 'node:http';
import type { Lane, Message, ReplicationTransport, TransportAnswer } from '../replication/transport.ts';
import { wordsOf } from './failure-words.ts';

export interface ReplicationTransportOptions {
  /** Bytes of an answer at most. */
  readonly mostAnswerLength: number;
}

/** Nothing went over the wire for so long: the fellow is away, or the network is. */
const SILENT_MS = 2_000;
/** A whole exchange: one that drips must not hold a lane. */
const EXCHANGE_MS = 10_000;

export function createReplicationTransport({ mostAnswerLength }: ReplicationTransportOptions): ReplicationTransport {
  // Free connections end before a server would end them, so that none is used just then.
  const agent = (): Agent => new Agent({ keepAlive: true, maxSockets: 1, timeout: SILENT_MS });
  const agents: Readonly<Record<Lane, Agent>> = { changes: agent(), healing: agent() };
  return {
    post: (message) => new Promise((resolve) => send(message, agents[message.lane], mostAnswerLength, resolve)),
    close() {
      for (const one of Object.values(agents)) one.destroy();
    },
  };
}

function send(
  { to, path, authorization, body }: Message,
  agent: Agent,
  mostAnswerLength: number,
  resolve: (outcome: TransportAnswer | string) => void,
): void {
  let request: ClientRequest;
  // A promise settles once: what comes after the first outcome is of no interest.
  const end = (outcome: TransportAnswer | string): void => {
    clearTimeout(timer);
    resolve(outcome);
    if (typeof outcome === 'string') request.destroy();
  };
  const timer = setTimeout(() => end(`no whole answer within ${EXCHANGE_MS / 1000} s`), EXCHANGE_MS);
  timer.unref();
  const headers = {
    Authorization: authorization,
    'Content-Type': 'application/octet-stream',
    'Content-Length': body.length,
  };
  request = requestHttp({ host: to.host, port: to.port, method: 'POST', path, headers, agent, timeout: SILENT_MS });
  request.on('timeout', () => end(`silent for ${SILENT_MS / 1000} s`));
  request.on('error', (error) => end(wordsOf(error)));
  request.on('response', (response) => {
    const parts: Buffer[] = [];
    let length = 0;
    response.on('data', (part: Buffer) => {
      parts.push(part);
      length += part.length;
      if (length > mostAnswerLength) end('the answer is longer than any of this version');
    });
    response.on('error', (error) => end(wordsOf(error)));
    response.on('close', () => end('the connection was lost'));
    response.on('end', () => {
      const signature = response.headers['authentication-info'];
      const [first] = Array.isArray(signature) ? signature : [signature];
      end({ status: response.statusCode ?? 0, signature: first, body: Buffer.concat(parts) });
    });
  });
  request.end(body);
}
