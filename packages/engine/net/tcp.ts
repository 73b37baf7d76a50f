// TCP as a transport. All sockets receive into one static buffer: nothing is allocated per read, and the part of the
// cache it lives in stays warm. That is why received bytes are valid only during `onData`.

import { connect, createServer, isIP, Socket, type SocketConstructorOpts } from 'node:net';
import type { PeerAddress } from '@enjambre/metainfo';
import { listen } from './listen.ts';
import { ReceiveTurn } from './receive-turn.ts';
import { TcpConnection } from './tcp-connection.ts';
import type { Connection, Listener, Transport } from './transport.ts';

export interface TcpOptions {
  /** The address outgoing connections come from, when it is of the family that is dialled. Default: the system's choice. */
  readonly bindHost?: string;
  /**
   * Whether accepted sockets receive into the static buffer, too, which takes their handle out of Node's hands (default);
   * otherwise they emit a fresh buffer per read, as they also do where the handle can't be had.
   */
  readonly adoptAccepted?: boolean;
}

/** Bytes read at once: larger ones leave the second-level cache, smaller ones cost more system calls. */
const RECEIVE_BUFFER_BYTES = 256 * 1024;

/** Connections the system may complete before we accept them; a popular torrent's first announce brings hundreds. */
const LISTEN_BACKLOG = 511;

const IPV4_MAPPED_PREFIX = '::ffff:';

type Handle = NonNullable<SocketConstructorOpts['handle']>;

/** A transport over the system's TCP; `TCP_NODELAY` is set, as writes are batched here already. */
export function createTcpTransport(options: TcpOptions = {}): Transport {
  const receiveBuffer = Buffer.allocUnsafeSlow(RECEIVE_BUFFER_BYTES);
  const turn = new ReceiveTurn();

  /** The `onread` option, and the connection it leads to once that exists. */
  const staticReceive = () => {
    const receiver: { connection?: TcpConnection } = {};
    const callback = (length: number): boolean => {
      receiver.connection?.receive(receiveBuffer.subarray(0, length));
      return turn.mayGoOn(length, length === RECEIVE_BUFFER_BYTES, receiver.connection);
    };
    return { receiver, onread: { buffer: receiveBuffer, callback } };
  };

  const accept = (accepted: Socket): TcpConnection | undefined => {
    const remote = remoteOf(accepted);
    if (remote === undefined) {
      accepted.destroy();
      return undefined;
    }
    const handle = options.adoptAccepted === false ? undefined : takeHandle(accepted);
    if (handle === undefined) {
      const connection = new TcpConnection(accepted, remote, false);
      accepted.on('data', (bytes: Buffer) => connection.receive(bytes));
      return connection;
    }
    const { receiver, onread } = staticReceive();
    const socket = new Socket({ handle, onread });
    socket.setNoDelay(true);
    receiver.connection = new TcpConnection(socket, remote, false);
    return receiver.connection;
  };

  return {
    dial(address: PeerAddress, timeoutMs: number): Promise<Connection> {
      const { receiver, onread } = staticReceive();
      const family = isIP(address.host);
      const bindFamily = isIP(options.bindHost ?? '');
      const localAddress = family === 0 || family === bindFamily ? options.bindHost : undefined;
      const socket = connect({
        ...address,
        ...(localAddress !== undefined && { localAddress, family: bindFamily }),
        noDelay: true,
        onread,
      });
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          socket.destroy(Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' }));
        }, timeoutMs);
        socket.once('close', () => clearTimeout(timer));
        socket.once('error', reject);
        socket.once('connect', () => {
          clearTimeout(timer);
          socket.off('error', reject);
          receiver.connection = new TcpConnection(socket, remoteOf(socket) ?? address, true);
          resolve(receiver.connection);
        });
      });
    },

    async listen(port, host, onConnection): Promise<Listener> {
      const server = createServer({ pauseOnConnect: true, noDelay: true }, (accepted) => {
        const connection = accept(accepted);
        if (connection !== undefined) onConnection(connection);
      });
      const bound = await listen(server, { port, host, backlog: LISTEN_BACKLOG });
      // From now on: one accept that failed, for want of descriptors as a rule. The others go on.
      server.on('error', () => {});
      // The port is free at once; Node's own 'close' would wait for the accepted connections, which are not ours to end.
      return { port: bound, close: async () => void server.close() };
    },
  };
}

function remoteOf(socket: Socket): PeerAddress | undefined {
  const { remoteAddress, remotePort } = socket;
  if (remoteAddress === undefined || remotePort === undefined) return undefined;
  const isMapped = remoteAddress.startsWith(IPV4_MAPPED_PREFIX) && remoteAddress.includes('.');
  return { host: isMapped ? remoteAddress.slice(IPV4_MAPPED_PREFIX.length) : remoteAddress, port: remotePort };
}

/**
 * Takes the system's socket out of one that was accepted without `onread`, which Node offers for dialled sockets only.
 * Returns `undefined` where Node keeps it elsewhere (it is not part of the public API); a test tells when that happens.
 */
function takeHandle(accepted: Socket): Handle | undefined {
  const owner = accepted as unknown as { _handle?: Handle | null };
  const handle = owner._handle;
  if (handle === undefined || handle === null) return undefined;
  owner._handle = null;
  // Without a handle this ends nothing but the server's count of connections.
  accepted.destroy();
  return handle;
}
