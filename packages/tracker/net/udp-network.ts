// Datagrams to trackers over node:dgram. A socket is connected to its tracker: the system drops what others send, and
// tells at once when nobody listens there.

import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { addressScope, parseIpAddress } from '@enjambre/metainfo';
import type { DatagramNetwork, ResolvedHost } from '../client/datagram-path.ts';
import { noAddress, systemFailure, unreachable } from './failure-words.ts';

export interface UdpNetworkOptions {
  /** The IP address to send from: the tracker hands it out as ours. Default: the system's choice. */
  readonly localAddress?: string | undefined;
}

export function createUdpNetwork({ localAddress }: UdpNetworkOptions = {}): DatagramNetwork {
  return {
    async resolve(hostname) {
      try {
        const family = isIP(localAddress ?? '');
        const found = await lookup(hostname, { all: true, family });
        const hosts = found.flatMap(({ address, family: of }) => resolvedHost(address, of));
        return hosts.length > 0 ? hosts : noAddress();
      } catch (error) {
        return systemFailure(error);
      }
    },
    open({ host, port }, family, { message, failed }) {
      const socket = createSocket(family === 4 ? 'udp4' : 'udp6');
      const waiting: Uint8Array[] = [];
      let isConnected = false;
      let isClosed = false;
      const fail = (error: unknown): void => {
        if (!isClosed) failed(unreachable(error));
      };
      socket.on('message', (bytes) => !isClosed && message(bytes));
      socket.on('error', fail);
      socket.once('connect', () => {
        isConnected = true;
        for (const bytes of waiting) socket.send(bytes);
      });
      const connect = (): void => {
        if (!isClosed) socket.connect(port, host);
      };
      if (localAddress === undefined) connect();
      else socket.bind(0, localAddress, connect);
      return {
        send: (bytes) => (isConnected ? socket.send(bytes) : void waiting.push(bytes)),
        close: () => {
          if (isClosed) return;
          isClosed = true;
          socket.close();
        },
      };
    },
  };
}

function resolvedHost(host: string, family: number): ResolvedHost[] {
  const bytes = parseIpAddress(host.replace(/%.*$/, ''));
  if (bytes === undefined || (family !== 4 && family !== 6)) return [];
  return [{ host, family, scope: addressScope(bytes) }];
}
