// How bytes reach other peers: TCP in the world, memory in simulation.

import type { PeerAddress } from '@enjambre/metainfo';

/** What the owner of a connection wants to hear. */
export interface ConnectionHandlers {
  /** `bytes` is only valid during the call: the buffer is shared by all connections. */
  onData(bytes: Buffer): void;
  /** What was written has left for the operating system; `bufferedBytes` is low again. */
  onDrain(): void;
  /** Once, however it ended. Nothing else is called after it. */
  onClose(error: Error | undefined): void;
}

/** One established byte stream. */
export interface Connection {
  readonly remote: PeerAddress;
  /** True when we dialled. */
  readonly outgoing: boolean;
  /** Bytes written that the operating system has not taken yet. */
  readonly bufferedBytes: number;
  /**
   * To be called before any data can arrive (in the same tick as the connection is handed over); later calls hand the
   * connection on to another owner.
   */
  setHandlers(handlers: ConnectionHandlers): void;
  /** Sends the parts in order as one write. The parts must not change until `onFlushed` (or the close). */
  write(parts: readonly Uint8Array[], onFlushed?: () => void): void;
  /** Ends at once; `onClose` follows asynchronously. */
  close(): void;
}

export interface Listener {
  /** As bound. */
  readonly port: number;
  close(): Promise<void>;
}

export interface Transport {
  /** @throws Error (code ECONNREFUSED, ETIMEDOUT, …) when nobody answers within `timeoutMs`. */
  dial(address: PeerAddress, timeoutMs: number): Promise<Connection>;
  /** @throws Error code EADDRINUSE when the port is taken. `host` undefined: all addresses, IPv4 and IPv6. */
  listen(port: number, host: string | undefined, onConnection: (connection: Connection) => void): Promise<Listener>;
}
