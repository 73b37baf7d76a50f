// Stands between a backend and its engine and remembers what is asked. Invariant: every byte goes on unchanged.

import { rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';

const REQUEST_LINE = /^(?:GET|HEAD|POST|PUT|DELETE|PATCH) \S+ HTTP\/1\.1\r$/gm;

export class RecordingProxy implements AsyncDisposable {
  /** As DOCKER_HOST has it. */
  readonly host: string;
  /** Request lines, oldest first; whoever looks may empty it. */
  readonly seen: string[] = [];
  readonly #server = createServer((socket) => this.#accept(socket));
  readonly #sockets = new Set<Socket>();
  readonly #engine: string;
  readonly #path: string;

  private constructor(path: string, engine: string) {
    this.host = `unix://${path}`;
    this.#path = path;
    this.#engine = engine;
  }

  /** @param path where it listens @param engine the engine's own socket */
  static async open(path: string, engine: string): Promise<RecordingProxy> {
    const proxy = new RecordingProxy(path, engine);
    await new Promise<void>((resolve, reject) => proxy.#server.once('error', reject).listen(path, resolve));
    return proxy;
  }

  #accept(socket: Socket): void {
    const onward = connect(this.#engine);
    for (const [from, to] of [
      [socket, onward],
      [onward, socket],
    ]) {
      this.#sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => this.#sockets.delete(from) && to.destroy());
    }
    socket.on('data', (bytes) => this.seen.push(...(bytes.toString('latin1').match(REQUEST_LINE) ?? [])));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.#path, { force: true });
  }
}
