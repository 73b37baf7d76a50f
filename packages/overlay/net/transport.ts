// How members reach each other: datagrams, and now and then a stream of one question and one answer. Whoever implements
// it seals and opens: what comes out of it was said by a member of this network, once and lately.

import type { PeerAddress } from '@enjambre/metainfo';
import { SEAL_OVERHEAD } from '../sealing/sealed-layout.ts';

/** Bytes of one datagram as it is sent: below every network's MTU, headers and tunnels included. */
export const MOST_DATAGRAM = 1_200;
/** Of them, what is left of a message when it was sealed. */
export const MOST_PAYLOAD = MOST_DATAGRAM - SEAL_OVERHEAD;

export interface Receiver {
  datagram(payload: Uint8Array, from: PeerAddress): void;
  /** Undefined: nothing to say, the stream is closed. */
  question(payload: Uint8Array, from: PeerAddress): Uint8Array | undefined;
}

export interface Transport {
  /** Where it listens, as bound. */
  readonly port: number;
  /** From now on what comes goes there. */
  receive(receiver: Receiver): void;
  /** @param payload at most `MOST_PAYLOAD` bytes; it may get lost */
  send(payload: Uint8Array, to: PeerAddress): void;
  /** Calls `done` once: with the answer, or undefined when there was none in time. */
  ask(payload: Uint8Array, to: PeerAddress, done: (answer: Uint8Array | undefined) => void): void;
  /** The IP addresses of a name, or of an address itself; none when there is no such name now. */
  resolve(host: string, done: (addresses: readonly string[]) => void): void;
  /** Lets go of the port. */
  close(): Promise<void>;
}
