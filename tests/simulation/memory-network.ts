// A network in memory, moved by a clock: hosts with uplinks, links with latency. Deterministic: no chance, no real time.
// Invariant: bytes arrive in order, none is lost or doubled, and no host sends faster than its uplink.

import type { Connection, ConnectionHandlers, Listener, Transport } from '@enjambre/engine';
import type { PeerAddress } from '@enjambre/metainfo';
import type { Clock } from '@enjambre/runtime';

export interface HostSettings {
  readonly latencyMs: number;
  /** Infinity: no limit. */
  readonly uplinkBytesPerSecond: number;
}

interface Host extends HostSettings {
  readonly address: string;
  uplinkFreeAtMs: number;
  nextPort: number;
}

/** What one read of a socket brings at most. */
const CHUNK_BYTES = 64 * 1024;

export class MemoryNetwork {
  readonly #clock: Clock;
  readonly #listeners = new Map<string, (connection: Connection) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The transport of one host. */
  host(address: string, settings: HostSettings): Transport {
    const host: Host = { ...settings, address, uplinkFreeAtMs: 0, nextPort: 50_000 };
    return {
      dial: (to) => this.#dial(host, to),
      listen: async (port, _host, onConnection) => this.#listen(host, port, onConnection),
    };
  }

  #listen(host: Host, port: number, onConnection: (connection: Connection) => void): Listener {
    const key = `${host.address}:${port}`;
    this.#listeners.set(key, (connection) => {
      (connection as MemoryConnection).host = host;
      onConnection(connection);
    });
    return { port, close: async () => void this.#listeners.delete(key) };
  }

  #dial(host: Host, to: PeerAddress): Promise<Connection> {
    return new Promise((resolve, reject) => {
      this.#clock.after(2 * host.latencyMs, () => {
        const accept = this.#listeners.get(`${to.host}:${to.port}`);
        if (accept === undefined) return reject(new Error('ECONNREFUSED'));
        const near = new MemoryConnection(this.#clock, host, to, true);
        const far = new MemoryConnection(this.#clock, host, { host: host.address, port: host.nextPort++ }, false);
        near.far = far;
        far.far = near;
        accept(far);
        resolve(near);
      });
    });
  }
}

class MemoryConnection implements Connection {
  readonly remote: PeerAddress;
  readonly outgoing: boolean;
  host: Host;
  far!: MemoryConnection;
  bufferedBytes = 0;
  readonly #clock: Clock;
  #handlers: ConnectionHandlers | undefined;
  #isClosed = false;

  constructor(clock: Clock, host: Host, remote: PeerAddress, outgoing: boolean) {
    this.#clock = clock;
    this.host = host;
    this.remote = remote;
    this.outgoing = outgoing;
  }

  setHandlers(handlers: ConnectionHandlers): void {
    this.#handlers = handlers;
  }

  write(parts: readonly Uint8Array[], onFlushed?: () => void): void {
    const bytes = Buffer.concat(parts);
    onFlushed?.();
    if (this.#isClosed) return;
    this.bufferedBytes += bytes.length;
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) this.#sendChunk(bytes.subarray(at, at + CHUNK_BYTES));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#end();
    this.#clock.after(this.host.latencyMs, () => this.far.#end());
  }

  #sendChunk(chunk: Buffer): void {
    const nowMs = this.#clock.now();
    const startMs = Math.max(nowMs, this.host.uplinkFreeAtMs);
    const departMs = startMs + (chunk.length / this.host.uplinkBytesPerSecond) * 1000;
    this.host.uplinkFreeAtMs = departMs;
    this.#clock.after(departMs - nowMs, () => {
      this.bufferedBytes -= chunk.length;
      if (this.bufferedBytes === 0 && !this.#isClosed) this.#handlers?.onDrain();
    });
    this.#clock.after(departMs - nowMs + this.host.latencyMs, () => this.far.#deliver(chunk));
  }

  #deliver(chunk: Buffer): void {
    if (!this.#isClosed) this.#handlers?.onData(chunk);
  }

  #end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#clock.after(0, () => this.#handlers?.onClose(undefined));
  }
}
