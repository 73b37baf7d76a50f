// One TCP stream. Invariants: `onClose` is called once and last; every `onFlushed` is called once, sent or not; what the
// other side or the network does wrong never throws, it closes.

import type { Socket } from 'node:net';
import type { PeerAddress } from '@enjambre/metainfo';
import type { Connection, ConnectionHandlers } from './transport.ts';

const noHandlers: ConnectionHandlers = { onData() {}, onDrain() {}, onClose() {} };

/** Wraps an established socket, whose received bytes come to `receive` by whoever reads the socket. */
export class TcpConnection implements Connection {
  readonly remote: PeerAddress;
  readonly outgoing: boolean;
  readonly #socket: Socket;
  #handlers = noHandlers;
  #error: Error | undefined;
  #drained = true;

  constructor(socket: Socket, remote: PeerAddress, outgoing: boolean) {
    this.#socket = socket;
    this.remote = remote;
    this.outgoing = outgoing;
    socket.on('error', (error) => {
      this.#error = error;
    });
    socket.once('close', () => this.#closed());
    // A peer that will send nothing more has no use for us: half-open streams are closed, unsent bytes and all.
    socket.once('end', () => socket.destroy());
    // 'end' is told only of a flowing stream, even when the bytes themselves go to the static buffer.
    socket.resume();
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  setHandlers(handlers: ConnectionHandlers): void {
    this.#handlers = handlers;
  }

  receive(bytes: Buffer): void {
    this.#handlers.onData(bytes);
  }

  /** Reads on after whoever reads into the static buffer stopped for this turn. */
  resume(): void {
    if (!this.#socket.destroyed) this.#socket.resume();
  }

  write(parts: readonly Uint8Array[], onFlushed?: () => void): void {
    const socket = this.#socket;
    const last = parts.length - 1;
    this.#drained = false;
    socket.cork();
    for (let at = 0; at < last; at++) socket.write(parts[at]);
    socket.write(parts[last] ?? new Uint8Array(), () => {
      onFlushed?.();
      this.#flushed();
    });
    socket.uncork();
  }

  close(): void {
    this.#socket.destroy();
  }

  /** The stream's own 'drain' is told only after more than its high-water mark was written: too late for small writes. */
  #flushed(): void {
    if (this.#drained || this.#socket.destroyed || this.#socket.writableLength > 0) return;
    this.#drained = true;
    this.#handlers.onDrain();
  }

  #closed(): void {
    const { onClose } = this.#handlers;
    onClose.call(this.#handlers, this.#error);
    this.#handlers = noHandlers;
  }
}
