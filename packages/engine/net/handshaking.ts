// The first seconds of a connection, either way: both handshakes, within a deadline.
// Invariant: the connection is handed over once, complete, with what already followed the handshake; or closed.

import type { Clock } from '@enjambre/runtime';
import { ProtocolError } from '../protocol-error.ts';
import { encodeHandshake, type Handshake, HandshakeReader } from '../wire/handshake.ts';
import type { Connection } from './transport.ts';

/** Longer than any working peer needs, short enough that strangers can't fill our connections with silence. */
const DEADLINE_MS = 10_000;

export interface HandshakingOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  /** Sent at once (we dialled), or undefined (we were called: the info hash tells whom they want). */
  readonly greeting: Handshake | undefined;
  /** What to answer to a caller; undefined when we have no such torrent. */
  readonly answer: (infoHash: Uint8Array) => Handshake | undefined;
  /** `rest` is what came behind the handshake; valid only during the call. */
  readonly done: (handshake: Handshake, rest: Buffer) => void;
  readonly failed: (reason: string) => void;
}

/** Ends it early: the connection is closed and `failed` called, unless it is over. */
export type Abandon = (reason: string) => void;

/** Starts it; exactly one of `done` and `failed` is called later. */
export function shakeHands(options: HandshakingOptions): Abandon {
  const { connection, clock, done, failed } = options;
  const reader = new HandshakeReader();
  let sent = options.greeting;
  let isOver = false;
  const fail = (reason: string): void => {
    if (isOver) return;
    isOver = true;
    deadline.cancel();
    connection.close();
    failed(reason);
  };
  const deadline = clock.after(DEADLINE_MS, () => fail('no handshake in time'));
  if (sent !== undefined) connection.write([encodeHandshake(sent)]);
  const read = (bytes: Buffer): void => {
    const consumed = reader.push(bytes);
    const { infoHash, handshake } = reader;
    if (infoHash !== undefined && sent === undefined) {
      sent = options.answer(infoHash);
      if (sent === undefined) throw new ProtocolError('a torrent we do not have');
      connection.write([encodeHandshake(sent)]);
    }
    if (infoHash !== undefined && sent !== undefined && Buffer.compare(infoHash, sent.infoHash) !== 0) {
      throw new ProtocolError('another torrent than asked for');
    }
    if (handshake === undefined) return;
    isOver = true;
    deadline.cancel();
    done(handshake, bytes.subarray(consumed));
  };
  connection.setHandlers({
    onData(bytes) {
      if (isOver) return;
      try {
        read(bytes);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        fail(error.message);
      }
    },
    onDrain() {},
    onClose: (error) => fail(error?.message ?? 'closed before the handshake'),
  });
  return fail;
}
