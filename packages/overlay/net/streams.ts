// Questions and answers by TCP, for what is too long for a datagram. A connection carries one of each.
// Invariant: an answer names the session of its question, so that none of an earlier one can stand in for it; strangers
// are hung up on without a word, and whoever is slow is too.

import { connect, createServer, type Server, type Socket } from 'node:net';
import type { PeerAddress } from '@enjambre/metainfo';
import type { Clock, Random } from '@enjambre/runtime';
import type { KeyRing } from '../sealing/key-ring.ts';
import type { Opener } from '../sealing/opener.ts';
import { SESSION_LENGTH } from '../sealing/sealed-layout.ts';
import { Sealer } from '../sealing/sealer.ts';
import { FrameCollector, sealFrames } from './frames.ts';

export interface StreamsOptions {
  readonly keyRing: KeyRing;
  readonly opener: Opener;
  readonly clock: Clock;
  readonly random: Random;
  readonly isAllowed: (host: string) => boolean;
  /** The address connections are made from; undefined: any. */
  readonly localAddress: string | undefined;
  readonly question: (payload: Uint8Array, from: PeerAddress) => Uint8Array | undefined;
}

/** A state of ten thousand members takes well under a second. */
const TIMEOUT_MS = 5_000;
/** Members that join at one moment by one bootstrap; more try again within a second. */
const MOST_CONNECTIONS = 128;
const BACKLOG = 511;
/** Bytes of a question or an answer. */
const MOST_PAYLOAD = 8 * 1024 * 1024 + 1024;

export class Streams {
  readonly #options: StreamsOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(options: StreamsOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#accept(socket));
    this.#server.maxConnections = MOST_CONNECTIONS;
  }

  /** @returns the port as bound @throws Error code EADDRINUSE, … */
  async listen(port: number, host: string | undefined): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once('error', reject);
    this.#server.listen({ port, host, backlog: BACKLOG }, resolve);
    await promise;
    this.#server.off('error', reject);
    // A connection that could not be accepted concerns nobody else.
    this.#server.on('error', () => {});
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  ask(payload: Uint8Array, { host, port }: PeerAddress, done: (answer: Uint8Array | undefined) => void): void {
    const socket = connect({ host, port, localAddress: this.#options.localAddress });
    const { keyRing, clock, random, opener } = this.#options;
    const sealer = new Sealer(keyRing, clock, random);
    let answer: Uint8Array | undefined;
    this.#hold(socket, () => done(answer));
    const collector = new FrameCollector(opener, MOST_PAYLOAD);
    socket.on('data', (bytes: Buffer) => {
      const collected = collector.push(bytes);
      if (collected === undefined) return;
      const isMeant = collected !== 'bad' && Buffer.from(sealer.session).equals(collected.subarray(0, SESSION_LENGTH));
      if (isMeant) answer = collected.subarray(SESSION_LENGTH);
      socket.destroy();
    });
    socket.write(sealFrames(sealer, payload));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(socket: Socket): void {
    const { keyRing, clock, random, opener, isAllowed, question } = this.#options;
    const from = { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    if (!isAllowed(from.host)) return void socket.destroy();
    this.#hold(socket, () => {});
    const collector = new FrameCollector(opener, MOST_PAYLOAD);
    socket.on('data', (bytes: Buffer) => {
      const collected = collector.push(bytes);
      if (collected === undefined) return;
      const answer = collected === 'bad' ? undefined : question(collected, from);
      if (answer === undefined || collector.session === undefined) return void socket.destroy();
      const bound = Buffer.concat([Buffer.from(collector.session, 'hex'), answer]);
      socket.end(sealFrames(new Sealer(keyRing, clock, random), bound));
    });
  }

  /** Until it is closed, and not for long. */
  #hold(socket: Socket, closed: () => void): void {
    this.#sockets.add(socket);
    const timer = this.#options.clock.after(TIMEOUT_MS, () => socket.destroy());
    // What went wrong does not matter: there is no answer.
    socket.on('error', () => {});
    socket.on('close', () => {
      timer.cancel();
      this.#sockets.delete(socket);
      closed();
    });
  }
}
