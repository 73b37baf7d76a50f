// The tracker's UDP socket. Invariant: nothing that a stranger sends, and no address that can't be answered, ends it.

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { parseIpAddress } from '@enjambre/metainfo';
import { type Asked, Turn } from './turn.ts';

export interface UdpListener {
  close(): Promise<void>;
}

/** @returns what is sent back, undefined for nothing  @param ip 4 or 16 bytes: where it came from */
export type AnswerDatagram = (message: Buffer, ip: Uint8Array) => Buffer | undefined;

/** Announces come in bursts: what does not fit is lost and asked again 15 s later. The system may grant less. */
const RECEIVE_BUFFER_LENGTH = 4 * 2 ** 20;
const ZERO = 0x30;
const DOT = 0x2e;

/**
 * @param address an IP literal
 * @throws Error code EADDRINUSE, …
 */
export async function listenUdp(port: number, address: string, answer: AnswerDatagram): Promise<UdpListener> {
  const socket = createSocket({
    type: address.includes(':') ? 'udp6' : 'udp4',
    recvBufferSize: RECEIVE_BUFFER_LENGTH,
    // Only addresses that datagrams came from are sent to: nothing is looked up, and nothing waits for its turn.
    lookup: (host, _options, callback) => callback(null, host, 0),
  });
  await bind(socket, port, address);
  const turn = new Turn();
  socket.on('message', (message, from) => turn.join(new Datagram(socket, message, from, answer)));
  // From here on an error is a datagram that could not be sent: the others go on.
  socket.on('error', ignore);
  return {
    close: () =>
      new Promise((resolve) => {
        turn.close();
        socket.close(() => resolve());
      }),
  };
}

class Datagram implements Asked {
  readonly #socket: Socket;
  readonly #message: Buffer;
  readonly #from: RemoteInfo;
  readonly #answer: AnswerDatagram;
  #answered: Buffer | undefined;

  constructor(socket: Socket, message: Buffer, from: RemoteInfo, answer: AnswerDatagram) {
    this.#socket = socket;
    this.#message = message;
    this.#from = from;
    this.#answer = answer;
  }

  answer(): void {
    const { address, port } = this.#from;
    const ip = parseIpv4(address, ipv4) ? ipv4 : parseIpAddress(address.replace(/%.*$/, ''));
    if (ip !== undefined && port !== 0) this.#answered = this.#answer(this.#message, ip);
  }

  send(): void {
    if (this.#answered === undefined) return;
    // Without a callback nothing is told of an answer that could not be sent, and nothing waits to be told.
    this.#socket.send(this.#answered, this.#from.port, this.#from.address);
  }
}

/** The address of the datagram that is being answered. */
const ipv4 = new Uint8Array(4);

function bind(socket: Socket, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      socket.close();
      reject(error);
    };
    socket.once('error', fail);
    socket.bind({ port, address }, () => {
      socket.off('error', fail);
      resolve();
    });
  });
}

/** The system's own spelling, tens of thousands of times a second. @returns false when it is no IPv4 address */
function parseIpv4(text: string, into: Uint8Array): boolean {
  let part = 0;
  let value = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === DOT) {
      into[part++] = value;
      value = 0;
    } else {
      const digit = code - ZERO;
      if (digit < 0 || digit > 9) return false;
      value = value * 10 + digit;
    }
  }
  into[part] = value;
  return part === 3;
}

function ignore(): void {}
