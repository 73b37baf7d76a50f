// The peers of one torrent that we are connected to.
// Invariant: no two of them are the same peer (BEP 3: by peer id), not even when both sides dial at once.

import type { Clock } from '@enjambre/runtime';
import { encodeHaves } from '../wire/encoder.ts';
import type { Peer } from './peer.ts';

/** Two connections made within this time may be both sides dialling at once; later ones are plain duplicates. */
const SIMULTANEOUS_MS = 5_000;
/** Silence is broken so often (BEP 3: "generally sent once every two minutes"). */
const KEEP_ALIVE_MS = 110_000;
/** Nothing for so long, not even a keep-alive: it is gone. */
const IDLE_LIMIT_MS = 180_000;

export class Swarm {
  readonly peers = new Set<Peer>();
  readonly #clock: Clock;
  readonly #ourPeerId: Buffer;
  readonly #unannounced: number[] = [];

  constructor(clock: Clock, ourPeerId: Uint8Array) {
    this.#clock = clock;
    this.#ourPeerId = Buffer.from(ourPeerId);
  }

  /** Who is already there under the same peer id. */
  duplicateOf(newcomer: Peer): Peer | undefined {
    for (const peer of this.peers) if (sameBytes(peer.handshake.peerId, newcomer.handshake.peerId)) return peer;
    return undefined;
  }

  /**
   * Which of two connections to the same peer to keep. Both ends must choose the same one without talking: when they
   * dialled each other at once, the one that the greater peer id dialled; else the older.
   */
  keepsNewcomer(present: Peer, newcomer: Peer): boolean {
    const together = newcomer.connectedAtMs - present.connectedAtMs < SIMULTANEOUS_MS;
    if (!together || present.connection.outgoing === newcomer.connection.outgoing) return false;
    const weAreGreater = this.#ourPeerId.compare(newcomer.handshake.peerId) > 0;
    return newcomer.connection.outgoing === weAreGreater;
  }

  /** The piece is ours: everybody hears of it, all pieces of one moment in one write. */
  announce(pieceIndex: number): void {
    if (this.#unannounced.push(pieceIndex) > 1) return;
    this.#clock.after(0, () => {
      const haves = encodeHaves(this.#unannounced);
      this.#unannounced.length = 0;
      for (const peer of this.peers) peer.write([haves], this.#clock.now());
    });
  }

  /** Once a second. Returns those that have fallen silent. */
  tickSecond(): Peer[] {
    const nowMs = this.#clock.now();
    const silent: Peer[] = [];
    for (const peer of this.peers) {
      peer.download.tickSecond();
      peer.upload.tickSecond();
      if (nowMs - peer.lastReceivedAtMs > IDLE_LIMIT_MS) silent.push(peer);
      else if (nowMs - peer.lastSentAtMs > KEEP_ALIVE_MS) peer.send({ type: 'keepAlive' }, nowMs);
    }
    return silent;
  }
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}
