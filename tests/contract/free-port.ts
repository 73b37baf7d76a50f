// A port for programs that can't choose one themselves and say which, or that come back to the one they had.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const FIRST = 10_000;
/** From here on the system gives ports to any connection that is dialled, and to whoever listens on port 0: not ours. */
const END = Math.max(15_000, Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split('\t')[0]));
/** Test files run beside each other, each in a process: each takes from a share of its own. */
const SHARE = 50;
const shares = Math.floor((END - FIRST) / SHARE);
const ownShare = FIRST + (process.pid % shares) * SHARE;
let taken = 0;

/** A TCP port of that address at which nobody listens, and which nobody else is given soon. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let attempt = 0; attempt < SHARE; attempt++) {
    const port = ownShare + (taken++ % SHARE);
    if (await isFree(port, host)) return port;
  }
  throw new Error(`${host} has no free port from ${ownShare} to ${ownShare + SHARE - 1}`);
}

async function isFree(port: number, host: string): Promise<boolean> {
  const server = createServer().listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
  server.close();
  await once(server, 'close');
  return true;
}
