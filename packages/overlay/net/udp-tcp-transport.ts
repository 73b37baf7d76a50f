// The transport on real sockets: UDP and TCP on one port, everything sealed.
// Invariant: what is handed on was opened; without a secret key nobody beyond private addresses is heard or spoken to.

import { lookup } from 'node:dns';
import { addressScope, canonicalIpAddress, type PeerAddress, parseIpAddress } from '@enjambre/metainfo';
import type { Clock, Logger, Random } from '@enjambre/runtime';
import type { KeyRing } from '../sealing/key-ring.ts';
import { Opener } from '../sealing/opener.ts';
import { Sealer } from '../sealing/sealer.ts';
import { bindDatagrams, type Datagrams } from './datagrams.ts';
import { Streams } from './streams.ts';
import { MOST_DATAGRAM, type Receiver, type Transport } from './transport.ts';

export interface TransportOptions {
  /** 0: any that is free for both. */
  readonly port: number;
  /** The address to listen on, and to send from. Undefined: all. */
  readonly host?: string | undefined;
  readonly keyRing: KeyRing;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** A port that is free for TCP is nearly always free for UDP too. */
const FREE_PORT_TRIES = 20;
const CLOCK_WARNING_MS = 60_000;

/** Binds both. @throws Error code EADDRINUSE, EADDRNOTAVAIL, … */
export async function createTransport(options: TransportOptions): Promise<Transport> {
  for (let tries = 1; ; tries++) {
    try {
      return await SealedTransport.bind(options);
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (!isTaken || options.port !== 0 || tries === FREE_PORT_TRIES) throw error;
    }
  }
}

class SealedTransport implements Transport {
  port = 0;
  readonly #options: TransportOptions;
  readonly #opener: Opener;
  readonly #sealer: Sealer;
  readonly #streams: Streams;
  #datagrams: Datagrams | undefined;
  #receiver: Receiver | undefined;
  #warnedMs = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  static async bind(options: TransportOptions): Promise<SealedTransport> {
    const transport = new SealedTransport(options);
    try {
      await transport.#bind();
    } catch (error) {
      await transport.close();
      throw error;
    }
    return transport;
  }

  private constructor(options: TransportOptions) {
    this.#options = options;
    const { keyRing, clock, random, host } = options;
    this.#opener = new Opener(keyRing, clock);
    this.#sealer = new Sealer(keyRing, clock, random);
    const isAny = parseIpAddress(host ?? '')?.every((byte) => byte === 0) ?? true;
    this.#streams = new Streams({
      ...{ keyRing, clock, random, opener: this.#opener, localAddress: isAny ? undefined : host },
      isAllowed: (from) => this.#isAllowed(from),
      question: (payload, { host: from, port }) =>
        this.#receiver?.question(payload, { host: canonicalIpAddress(from) ?? from, port }),
    });
  }

  receive(receiver: Receiver): void {
    this.#receiver = receiver;
  }

  send(payload: Uint8Array, to: PeerAddress): void {
    if (!this.#isClosed && this.#isAllowed(to.host)) this.#datagrams?.send(this.#sealer.seal(payload), to);
  }

  ask(payload: Uint8Array, to: PeerAddress, done: (answer: Uint8Array | undefined) => void): void {
    if (this.#isClosed || !this.#isAllowed(to.host)) done(undefined);
    else this.#streams.ask(payload, to, done);
  }

  resolve(host: string, done: (addresses: readonly string[]) => void): void {
    lookup(host, { all: true }, (error, found) => {
      if (!this.#isClosed)
        done(error === null ? found.map(({ address }) => canonicalIpAddress(address) ?? address) : []);
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([this.#streams.close(), this.#datagrams?.close()]);
  }

  async #bind(): Promise<void> {
    const { port, host } = this.#options;
    this.port = await this.#streams.listen(port, host);
    this.#datagrams = await bindDatagrams(this.port, host, (bytes, from) => this.#open(bytes, from));
  }

  #open(bytes: Uint8Array, from: PeerAddress): void {
    if (bytes.length > MOST_DATAGRAM || !this.#isAllowed(from.host)) return;
    const opened = this.#opener.open(bytes);
    if (typeof opened !== 'string') this.#receiver?.datagram(opened.plain, from);
    else if (opened === 'clock') this.#warnOfClock(from);
  }

  #isAllowed(host: string): boolean {
    if (this.#options.keyRing.isSecret) return true;
    const bytes = parseIpAddress(host);
    return bytes !== undefined && addressScope(bytes) !== 'public';
  }

  #warnOfClock({ host }: PeerAddress): void {
    const nowMs = this.#options.clock.now();
    if (nowMs - this.#warnedMs < CLOCK_WARNING_MS) return;
    this.#warnedMs = nowMs;
    const message = `overlay: the clocks of this machine and ${host} differ by more than a minute: it is not heard`;
    this.#options.logger.log('warn', message);
  }
}
