// Single calls to the control server of a client.

import { request } from 'node:http';
import type { Endpoint } from '../drivers/driver.ts';
import { type StatusAnswer, StatusConnection } from './status-connection.ts';

/** The client confirms at once; what it then does takes its time. */
const TIMEOUT_MS = 5_000;

/** Asks once. */
export async function readStatus(endpoint: Endpoint): Promise<StatusAnswer> {
  const connection = new StatusConnection(endpoint, () => {});
  try {
    return await connection.ask();
  } finally {
    connection.close();
  }
}

/** A torrent of a hundred thousand pieces, with its first files and peers, is a tenth of it. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

export interface ClientCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Of its own API, with its query. */
  readonly path: string;
  readonly body?: unknown;
}

export interface ClientAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** A call of the client's own API. @returns undefined when it did not answer within its time */
export async function callClient(endpoint: Endpoint, call: ClientCall): Promise<ClientAnswer | undefined> {
  const answer = await exchange(endpoint, call);
  return answer && { status: answer.status, body: parse(answer.bytes) };
}

const FIGURE = /^([a-z_:]+) ([0-9.eE+-]+)$/gm;

/** The client's `/metrics` that have no labels, by name. @returns undefined when it does not tell them */
export async function readFigures(endpoint: Endpoint): Promise<ReadonlyMap<string, number> | undefined> {
  const answer = await exchange(endpoint, { method: 'GET', path: '/metrics' });
  if (answer?.status !== 200) return undefined;
  return new Map([...answer.bytes.toString('utf8').matchAll(FIGURE)].map(([, name, value]) => [name, Number(value)]));
}

interface RawAnswer {
  readonly status: number;
  readonly bytes: Buffer;
}

function exchange({ host, port, token }: Endpoint, call: ClientCall): Promise<RawAnswer | undefined> {
  return new Promise((resolve) => {
    const { method, path } = call;
    const body = call.body === undefined ? '' : JSON.stringify(call.body);
    const headers = {
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
    };
    const outgoing = request({ host, port, method, path, headers, agent: false, timeout: TIMEOUT_MS });
    outgoing.on('timeout', () => outgoing.destroy()).on('error', () => resolve(undefined));
    outgoing.on('response', (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on('data', (part: Buffer) => {
        parts.push(part);
        size += part.length;
        if (size > MAX_ANSWER_BYTES) outgoing.destroy();
      });
      response.on('error', () => resolve(undefined));
      response.on('close', () => resolve(undefined));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, bytes: Buffer.concat(parts) }));
    });
    outgoing.end(body);
  });
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** @returns whether the client confirmed */
export function setPaused({ host, port, token }: Endpoint, paused: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const path = paused ? '/pause' : '/resume';
    const headers = { Authorization: `Bearer ${token}`, 'Content-Length': 0 };
    const outgoing = request({ host, port, method: 'POST', path, headers, agent: false, timeout: TIMEOUT_MS });
    outgoing.on('timeout', () => outgoing.destroy()).on('error', () => resolve(false));
    outgoing.on('response', (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    outgoing.end();
  });
}
