// How much of a torrent's blocks may lie in sockets. What is there can't be cancelled any more; requests and cancels to that peer
// wait behind it, and all sockets may share a slow uplink: five blocks at 5 kB/s took 16 s, as long as a turn
// (docs/decisions/0016).
// Invariant: a socket is given blocks only while all others together were given less than what is sent in BUFFERED_SECONDS, or
// than a block, since they were empty; but for what lies at dead links.

import type { Clock } from '@enjambre/runtime';
import type { Peer } from '../peer/peer.ts';
import type { SpeedMeter } from '../rate/speed-meter.ts';

/** A socket holds no more than this much time at the peer's rate, all others no more than this at the whole rate … */
const BUFFERED_SECONDS = 0.25;
/** … within these bounds: a block; and, of one, one write to a fast peer. */
const LEAST_BYTES = 16 * 1024;
export const MOST_BYTES = 1024 * 1024;
/** What takes this many times as long as it should lies at a dead link, and is not waited for … */
const PATIENCE = 3;
/** … within these bounds. */
const LEAST_PATIENCE_MS = 2_000;
const MOST_PATIENCE_MS = 10_000;

interface Lying {
  readonly bytes: number;
  /** It is waited for until then. */
  readonly untilMs: number;
}

export class SocketRoom {
  readonly #clock: Clock;
  /** All that we send. */
  readonly #meter: SpeedMeter;
  /** What each socket was given since it was empty, and what is on its way there from the store. */
  readonly #lying = new Map<Peer, Lying>();

  constructor(clock: Clock, meter: SpeedMeter) {
    this.#clock = clock;
    this.#meter = meter;
  }

  /** Bytes that may be given to the peer's socket now; ≤ 0 means wait until it, or another one, has `drained`. */
  of(peer: Peer): number {
    // A rate takes a second to be known: until then as much as a socket took at once twice over, or one block a write.
    const bytes = Math.max(peer.upload.bytesPerSecond * BUFFERED_SECONDS, peer.burstBytes);
    const room = Math.min(Math.max(bytes, LEAST_BYTES), MOST_BYTES) - peer.connection.bufferedBytes;
    return room <= 0 || this.#isThereRoomBeside(peer) ? room : 0;
  }

  /** So many bytes of blocks are on their way to its socket. */
  gives(peer: Peer, givenBytes: number): void {
    const bytes = givenBytes + (this.#lying.get(peer)?.bytes ?? 0);
    const dueMs = ((this.#bytesBeside(peer) + bytes) / this.#meter.bytesPerSecond) * 1000;
    const patienceMs = Math.min(Math.max(PATIENCE * dueMs, LEAST_PATIENCE_MS), MOST_PATIENCE_MS);
    this.#lying.set(peer, { bytes, untilMs: this.#clock.now() + patienceMs });
  }

  /** They are there, or will not come. */
  gave(peer: Peer): void {
    if (peer.connection.bufferedBytes === 0) this.drained(peer);
  }

  /** Its socket is empty, or the peer gone. */
  drained(peer: Peer): void {
    this.#lying.delete(peer);
  }

  /** Whether blocks lie in its socket, or are on their way there. */
  holds(peer: Peer): boolean {
    return this.#lying.has(peer);
  }

  #isThereRoomBeside(peer: Peer): boolean {
    return this.#bytesBeside(peer) < Math.max(this.#meter.bytesPerSecond * BUFFERED_SECONDS, LEAST_BYTES);
  }

  #bytesBeside(peer: Peer): number {
    const nowMs = this.#clock.now();
    let sum = 0;
    for (const [other, { bytes, untilMs }] of this.#lying) if (other !== peer && nowMs < untilMs) sum += bytes;
    return sum;
  }
}
