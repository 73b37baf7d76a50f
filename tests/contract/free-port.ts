// A port for programs that can't choose one themselves and say which.

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** A TCP port of that address that was free a moment ago. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
