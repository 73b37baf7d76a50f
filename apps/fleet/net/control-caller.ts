// Talks to the control server of a client: a connection is kept, an answer that is not what the contract says is none.

import { Agent, request } from 'node:http';
import { conforms, type Status, StatusSchema } from '@enjambre/contract';
import type { Endpoint } from '../drivers/driver.ts';

/** On this machine or the next; a client that works hard may be late, not that late. */
const TIMEOUT_MS = 2_000;
const MAX_ANSWER_LENGTH = 64 * 1024;

const agent = new Agent({ keepAlive: true, maxFreeSockets: 1024 });

/** `refused`: somebody answers there who does not know the token; undefined: nobody who can be understood. */
export async function readStatus(endpoint: Endpoint): Promise<Status | 'refused' | undefined> {
  const answer = await call(endpoint, 'GET', '/status');
  if (answer?.status === 401) return 'refused';
  if (answer?.status !== 200) return undefined;
  const status = parse(answer.body);
  return conforms(StatusSchema, status) ? status : undefined;
}

/** @returns whether the client confirmed */
export async function setPaused(endpoint: Endpoint, paused: boolean): Promise<boolean> {
  const answer = await call(endpoint, 'POST', paused ? '/pause' : '/resume');
  return answer?.status === 200;
}

/** Undefined when there was no whole answer in time. */
function call(
  { host, port, token }: Endpoint,
  method: string,
  path: string,
): Promise<{ status: number; body: string } | undefined> {
  return new Promise((resolve) => {
    const headers = { Authorization: `Bearer ${token}`, ...(method === 'POST' && { 'Content-Length': 0 }) };
    const outgoing = request({ host, port, method, path, headers, agent, timeout: TIMEOUT_MS });
    const fail = () => {
      outgoing.destroy();
      resolve(undefined);
    };
    outgoing.on('timeout', fail).on('error', fail);
    outgoing.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
        if (body.length > MAX_ANSWER_LENGTH) fail();
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body })).on('error', fail);
    });
    outgoing.end();
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
