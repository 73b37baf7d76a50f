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
