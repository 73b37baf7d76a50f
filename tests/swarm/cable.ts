// A TCP connection's way from one program to another, which a test can cut: what is sent then stays on the way, as in a network
// that swallows packets, and nobody is told.

import { connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { afterwards } from '../contract/cleanup.ts';

export class Cable {
  /** Where its near end is, on 127.0.0.1. */
  readonly port: number;
  readonly #sockets: Set<Socket>;
  readonly #state: { isCut: boolean };

  private constructor(port: number, sockets: Set<Socket>, state: { isCut: boolean }) {
    this.port = port;
    this.#sockets = sockets;
    this.#state = state;
  }

  /** @param farPort of 127.0.0.1 */
  static async lay(t: TestContext, farPort: number): Promise<Cable> {
    const sockets = new Set<Socket>();
    const state = { isCut: false };
    const server = createServer((near) => {
      const far = connect(farPort, '127.0.0.1');
      for (const [one, other] of [
        [near, far],
        [far, near],
      ]) {
        sockets.add(one);
        if (state.isCut) one.pause();
        one.on('data', (chunk) => other.write(chunk));
        one.on('error', () => one.destroy());
        one.on('close', () => {
          sockets.delete(one);
          other.destroy();
        });
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    afterwards(t, () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return new Cable((server.address() as { port: number }).port, sockets, state);
  }

  cut(): void {
    this.#state.isCut = true;
    for (const socket of this.#sockets) socket.pause();
  }

  mend(): void {
    this.#state.isCut = false;
    for (const socket of this.#sockets) socket.resume();
  }
}
