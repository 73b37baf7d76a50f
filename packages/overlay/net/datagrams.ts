// A UDP socket for both families where the system has both: IPv4 addresses look like IPv4 addresses on either.

import { createSocket, type Socket } from 'node:dgram';
import { canonicalIpAddress, type PeerAddress } from '@enjambre/metainfo';

export interface Datagrams {
  send(bytes: Uint8Array, to: PeerAddress): void;
  close(): Promise<void>;
}

/** What systems without IPv6 say. */
const NO_IPV6 = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL']);
/** Bursts of a few hundred datagrams while the process is busy; what the system grants of it. */
const RECEIVE_BUFFER = 1024 * 1024;

/**
 * @param host undefined: all addresses
 * @param receive gets a view that is its own
 * @throws Error code EADDRINUSE, EADDRNOTAVAIL, …
 */
export async function bindDatagrams(
  port: number,
  host: string | undefined,
  receive: (bytes: Uint8Array, from: PeerAddress) => void,
): Promise<Datagrams> {
  if (host !== undefined) return bind(host.includes(':') ? 'udp6' : 'udp4', port, host, receive);
  try {
    return await bind('udp6', port, '::', receive);
  } catch (error) {
    if (!NO_IPV6.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return bind('udp4', port, '0.0.0.0', receive);
  }
}

async function bind(
  type: 'udp4' | 'udp6',
  port: number,
  host: string,
  receive: (bytes: Uint8Array, from: PeerAddress) => void,
): Promise<Datagrams> {
  const socket: Socket = createSocket({
    type,
    // Only addresses come here: asking a resolver for each datagram would be slow, and could ask somebody else.
    lookup: (address, _options, done) => done(null, address, type === 'udp6' ? 6 : 4),
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once('error', reject);
  socket.bind(port, host, resolve);
  try {
    await promise;
  } catch (error) {
    socket.close();
    throw error;
  }
  socket.off('error', reject);
  // Nothing that befalls one datagram concerns the others.
  socket.on('error', () => {});
  socket.setRecvBufferSize(RECEIVE_BUFFER);
  socket.on('message', (bytes, { address, port: from }) => {
    receive(bytes, { host: canonicalIpAddress(address.replace(/%.*$/, '')) ?? address, port: from });
  });
  const addressFor = (to: string): string | undefined => {
    if (to.includes(':')) return type === 'udp6' ? to : undefined;
    return type === 'udp6' ? `::ffff:${to}` : to;
  };
  return {
    send(bytes, to) {
      const address = addressFor(to.host);
      if (address !== undefined) socket.send(bytes, to.port, address, () => {});
    },
    close: () => new Promise((done) => socket.close(() => done())),
  };
}
