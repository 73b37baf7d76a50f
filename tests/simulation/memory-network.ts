// A network in memory, moved by a clock: hosts with uplinks, links with latency and loss. Deterministic: chance is seeded.
// Invariant: bytes arrive in order, none is lost or doubled (what is lost is sent again, as TCP does, and holds back what
// follows it), and no host sends faster than its uplink.

import type { Connection, ConnectionHandlers, Listener, Transport } from '@enjambre/engine';
import type { PeerAddress } from '@enjambre/metainfo';
import type { Clock, Random } from '@enjambre/runtime';
import { EventWheel } from './event-wheel.ts';

export interface HostSettings {
  readonly latencyMs: number;
  /** Infinity: no limit. */
  readonly uplinkBytesPerSecond: number;
  /** Share of the packets that are lost once; none when left out. */
  readonly lossShare?: number;
  /** Whether its link swallows everything now, either way, with nobody told. */
  readonly isCut?: () => boolean;
  /** What it never says: messages, by their bytes. */
  readonly withholds?: (message: Uint8Array) => boolean;
}

/** One host, as its sessions and the test see it. */
export interface MemoryHost {
  readonly transport: Transport;
  /** All it ever sent, lost packets once. */
  readonly sentBytes: number;
}

/** Ethernet's packets without their headers. */
const PACKET_BYTES = 1448;
/** A packet that is missed is sent again after a round trip, but no sooner than this (Linux's smallest time-out). */
const LEAST_RESEND_MS = 200;
/** Each time it is missed again it waits twice as long, and never longer than this. */
const MOST_RESEND_MS = 120_000;
/** What is this short and finds its connection idle goes out at once, past other connections' data, as fair queues do. */
const SHORT_BYTES = 2048;

/** Sends what its connections hold, a part of each in turn. */
class Host implements MemoryHost {
  readonly address: string;
  readonly settings: HostSettings;
  readonly transport: Transport;
  readonly #network: MemoryNetwork;
  /** Connections with something to send, the next one first. */
  readonly #waiting: MemoryConnection[] = [];
  #isSending = false;
  #uplinkFreeAtMs = 0;
  nextPort = 50_000;
  sentBytes = 0;

  constructor(address: string, settings: HostSettings, network: MemoryNetwork) {
    this.address = address;
    this.settings = settings;
    this.#network = network;
    this.transport = {
      dial: (to, timeoutMs) => network.dial(this, to, timeoutMs),
      listen: async (port, _host, onConnection) => network.listen(this, port, onConnection),
    };
  }

  get isCut(): boolean {
    return this.settings.isCut?.() === true;
  }

  /** Takes the uplink for so many bytes. @returns when the last of them is gone */
  take(bytes: number): number {
    this.sentBytes += bytes;
    this.#uplinkFreeAtMs = this.#freeAtMs + (bytes / this.settings.uplinkBytesPerSecond) * 1000;
    return this.#uplinkFreeAtMs;
  }

  waits(connection: MemoryConnection): void {
    this.#waiting.push(connection);
    if (!this.#isSending) this.#sendNext();
  }

  get #freeAtMs(): number {
    // While it sends the time of the last departure counts, not that of the millisecond it was noticed in.
    return this.#isSending ? this.#uplinkFreeAtMs : Math.max(this.#uplinkFreeAtMs, this.#network.clock.now());
  }

  #sendNext(): void {
    for (;;) {
      const connection = this.#waiting.shift();
      this.#isSending &&= connection !== undefined;
      if (connection === undefined) return;
      const parts = connection.nextParts();
      // It was closed meanwhile.
      if (parts.length === 0) continue;
      const departMs = this.take(lengthOf(parts));
      this.#isSending = true;
      this.#network.wheel.at(departMs, () => {
        if (connection.departed(parts, departMs)) this.#waiting.push(connection);
        this.#sendNext();
      });
      return;
    }
  }
}

export class MemoryNetwork {
  readonly clock: Clock;
  readonly random: Random;
  readonly wheel: EventWheel;
  readonly #listeners = new Map<string, { host: Host; onConnection: (connection: Connection) => void }>();

  constructor(clock: Clock, random: Random) {
    this.clock = clock;
    this.random = random;
    this.wheel = new EventWheel(clock);
  }

  host(address: string, settings: HostSettings): MemoryHost {
    return new Host(address, settings, this);
  }

  listen(host: Host, port: number, onConnection: (connection: Connection) => void): Listener {
    const key = `${host.address}:${port}`;
    this.#listeners.set(key, { host, onConnection });
    return { port, close: async () => void this.#listeners.delete(key) };
  }

  dial(host: Host, to: PeerAddress, timeoutMs: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      this.wheel.at(this.clock.now() + 2 * host.settings.latencyMs, () => {
        const listener = this.#listeners.get(`${to.host}:${to.port}`);
        if (host.isCut || listener?.host.isCut === true) {
          this.wheel.at(this.clock.now() + timeoutMs, () => reject(new Error('ETIMEDOUT')));
          return;
        }
        if (listener === undefined) return reject(new Error('ECONNREFUSED'));
        const near = new MemoryConnection(this, host, to, true);
        const far = new MemoryConnection(this, listener.host, { host: host.address, port: host.nextPort++ }, false);
        near.far = far;
        far.far = near;
        listener.onConnection(far);
        resolve(near);
      });
    });
  }
}

class MemoryConnection implements Connection {
  readonly remote: PeerAddress;
  readonly outgoing: boolean;
  far!: MemoryConnection;
  bufferedBytes = 0;
  readonly #network: MemoryNetwork;
  readonly #host: Host;
  /** What waits for the uplink, and whom to tell once each has gone out. */
  readonly #parts: { readonly bytes: Buffer; readonly flushed: (() => void)[] }[] = [];
  /** When the last byte written arrives: nothing written later comes sooner. */
  #lastArrivalMs = 0;
  /** What the network swallowed, oldest first; it is sent again. Nothing at its end: the connection's. */
  readonly #missed: (Buffer | undefined)[] = [];
  #handlers: ConnectionHandlers | undefined;
  #isClosed = false;

  constructor(network: MemoryNetwork, host: Host, remote: PeerAddress, outgoing: boolean) {
    this.#network = network;
    this.#host = host;
    this.remote = remote;
    this.outgoing = outgoing;
  }

  setHandlers(handlers: ConnectionHandlers): void {
    this.#handlers = handlers;
  }

  /** Nobody changes what was written (the encoder's and the store's promise): it need not be copied. */
  write(parts: readonly Uint8Array[], onFlushed?: () => void): void {
    if (!this.#isClosed) for (const part of parts) this.#write(part as Buffer);
    if (onFlushed === undefined) return;
    const last = this.#parts.at(-1);
    if (last === undefined) onFlushed();
    else last.flushed.push(onFlushed);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#end();
    this.#network.wheel.at(this.#network.clock.now() + this.#host.settings.latencyMs, () => this.#arrive(undefined));
  }

  /** What goes out in its turn: as much as one packet holds, or one part that is larger. */
  nextParts(): readonly Buffer[] {
    let bytes = 0;
    const full = this.#parts.findIndex((part, at) => {
      bytes += part.bytes.length;
      return at > 0 && bytes > PACKET_BYTES;
    });
    return this.#parts.slice(0, full === -1 ? undefined : full).map((part) => part.bytes);
  }

  /** These are on their way. Returns whether there is more to send. */
  departed(parts: readonly Buffer[], departMs: number): boolean {
    if (this.#isClosed) return false;
    for (const part of parts) this.#travel(part, departMs);
    this.bufferedBytes -= lengthOf(parts);
    for (const { flushed } of this.#parts.splice(0, parts.length)) for (const onFlushed of flushed) onFlushed();
    if (this.#parts.length > 0) return true;
    this.#handlers?.onDrain();
    return false;
  }

  #write(part: Buffer): void {
    const { settings } = this.#host;
    if (settings.withholds?.(part)) return;
    const isUnlimited = settings.uplinkBytesPerSecond === Number.POSITIVE_INFINITY;
    if (isUnlimited || (this.#parts.length === 0 && part.length <= SHORT_BYTES)) {
      return this.#travel(part, this.#host.take(part.length));
    }
    this.bufferedBytes += part.length;
    if (this.#parts.push({ bytes: part, flushed: [] }) === 1) this.#host.waits(this);
  }

  #travel(part: Buffer, departMs: number): void {
    const arrivalMs = departMs + this.#host.settings.latencyMs + this.#resendMs(part.length);
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, arrivalMs);
    this.#network.wheel.at(this.#lastArrivalMs, () => this.#arrive(part));
  }

  /** How much later it comes because a packet of it was lost. */
  #resendMs(bytes: number): number {
    const { lossShare = 0, latencyMs } = this.#host.settings;
    if (lossShare === 0) return 0;
    const intact = (1 - lossShare) ** Math.ceil(bytes / PACKET_BYTES);
    const isIntact = this.#network.random.below(1_000_000) < intact * 1_000_000;
    return isIntact ? 0 : Math.max(2 * latencyMs, LEAST_RESEND_MS);
  }

  #arrive(part: Buffer | undefined): void {
    if (this.#missed.length === 0 && !this.#isSwallowed) return this.far.#deliver(part);
    if (this.#missed.push(part) === 1) this.#resend(LEAST_RESEND_MS);
  }

  get #isSwallowed(): boolean {
    return this.#host.isCut || this.far.#host.isCut;
  }

  #resend(afterMs: number): void {
    this.#network.wheel.at(this.#network.clock.now() + afterMs, () => {
      if (this.#isSwallowed) return this.#resend(Math.min(2 * afterMs, MOST_RESEND_MS));
      for (const part of this.#missed.splice(0)) this.far.#deliver(part);
    });
  }

  #deliver(part: Buffer | undefined): void {
    if (part === undefined) this.#end();
    else if (!this.#isClosed) this.#handlers?.onData(part);
  }

  #end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const { flushed } of this.#parts.splice(0)) for (const onFlushed of flushed) onFlushed();
    this.#network.wheel.at(this.#network.clock.now(), () => this.#handlers?.onClose(undefined));
  }
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((bytes, part) => bytes + part.length, 0);
}
