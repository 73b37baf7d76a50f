// How much is received in one turn of the event loop, over all sockets. libuv reads a socket up to 32 times in a row while
// it stays full: four quick peers held timers and `/status` up for 40 ms at a time (p99), with this 5 ms, at the same rate.
// Invariant: a connection that was told to stop is told to go on in the next turn.

/**
 * One full read; then every other socket that is ready is still read once. With twice that `/status` took 4.0 instead of
 * 3.75 ms (p50), the loop's delay was 8.2 instead of 7.5 (p99), at the same rate.
 */
export const TURN_BYTES = 256 * 1024;

interface Receiving {
  /** Reads on. */
  resume(): void;
}

export class ReceiveTurn {
  #bytes = 0;
  #isOpen = false;
  #stopped: Receiving[] = [];

  /**
   * So much came on that connection: whether it is read again in this turn.
   * @param isFull the read took all there was room for; after any other libuv goes on to the next socket by itself
   */
  mayGoOn(bytes: number, isFull: boolean, connection: Receiving | undefined): boolean {
    if (!this.#isOpen) {
      this.#isOpen = true;
      setImmediate(() => this.#next());
    }
    this.#bytes += bytes;
    if (this.#bytes < TURN_BYTES || !isFull || connection === undefined) return true;
    this.#stopped.push(connection);
    return false;
  }

  #next(): void {
    const stopped = this.#stopped;
    this.#stopped = [];
    this.#bytes = 0;
    this.#isOpen = false;
    for (const connection of stopped) connection.resume();
  }
}
