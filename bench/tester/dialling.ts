// Connections into a client, each from an address of its own: clients that keep one peer an address take them all.

import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PeerAddress } from '@enjambre/metainfo';
import { handshake } from './wire.ts';

/** Clients bound how many strangers may shake hands at once, ours to 100. */
const AT_ONCE = 20;
/** A client may hear of its torrent a moment after it began to listen. */
const MOST_TRIES = 10;
const RETRY_MS = 100;
const RECEIVE_BUFFER_BYTES = 256 * 1024;
/** Addresses of one 127.x.y.* that a connection may come from. */
const ADDRESSES_A_NET = 250;
const PEER_ID_BYTES = 20;

interface Attended {
  receive(bytes: Buffer): void;
}

export interface DialOptions {
  readonly peer: PeerAddress;
  readonly infoHash: Uint8Array;
  /** 127.x: the first half of the addresses that connections come from. */
  readonly net: string;
  readonly count: number;
  /** Whoever attends to that connection; calls `greeted` when the other side's handshake is there. */
  readonly attend: (socket: Socket, index: number, greeted: () => void) => Attended;
  /** A connection that was greeted has ended. */
  readonly closed: () => void;
}

/** Resolves once all have shaken hands. @throws Error when one did not */
export async function dialAll(options: DialOptions): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < options.count) {
      const index = next++;
      for (let tries = 1; !(await dial(options, index)); tries++) {
        if (tries === MOST_TRIES) throw new Error(`connection ${index} was not taken`);
        await sleep(RETRY_MS);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, options.count) }, lane));
}

/** Whether it was taken. */
function dial({ peer, infoHash, net, attend, closed }: DialOptions, index: number): Promise<boolean> {
  const localAddress = `${net}.${Math.floor(index / ADDRESSES_A_NET)}.${1 + (index % ADDRESSES_A_NET)}`;
  const peerId = Buffer.alloc(PEER_ID_BYTES, `-XT0001-${index}.`);
  return new Promise((resolve) => {
    let isGreeted = false;
    let attended: Attended | undefined;
    const callback = (length: number): boolean => {
      attended?.receive(receiveBuffer.subarray(0, length));
      return true;
    };
    const onread = { buffer: receiveBuffer, callback };
    const socket = connect({ ...peer, localAddress, noDelay: true, onread });
    attended = attend(socket, index, () => {
      isGreeted = true;
      resolve(true);
    });
    socket.once('connect', () => socket.write(handshake(infoHash, peerId)));
    socket.once('end', () => socket.destroy());
    // The other side may well end it without a word; 'close' follows.
    socket.on('error', () => {});
    socket.once('close', () => (isGreeted ? closed() : resolve(false)));
    socket.resume();
  });
}

/** One for all: parsing is synchronous. */
const receiveBuffer = Buffer.allocUnsafeSlow(RECEIVE_BUFFER_BYTES);
