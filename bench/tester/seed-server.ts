// A seed without a disk that waits to be dialled, for any number of torrents of the same shape; in the caller's own process,
// so that a first block can be timed by one clock.

import { createServer, type Server, type Socket } from 'node:net';
import type { PeerAddress, PieceGeometry } from '@enjambre/metainfo';
import type { Tally } from './tally.ts';
import { Uploader } from './uploader.ts';
import { handshake, INFO_HASH_AT } from './wire.ts';

const PEER_ID = Buffer.from('-XT0001-seed.server.');
const INFO_HASH_BYTES = 20;

export class SeedServer implements AsyncDisposable {
  readonly tally: Tally = { sentBytes: 0, receivedBytes: 0, unaskedBytes: 0 };
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** By info hash in hex: who waits for the first block of that torrent to be sent. */
  readonly #waiting = new Map<string, (atMs: number) => void>();

  constructor(geometry: PieceGeometry) {
    this.#server = createServer({ noDelay: true }, (socket) => this.#serve(socket, geometry));
  }

  async listen(host: string): Promise<PeerAddress> {
    await new Promise<void>((resolve, reject) => this.#server.once('error', reject).listen(0, host, resolve));
    const bound = this.#server.address();
    if (bound === null || typeof bound === 'string') throw new Error('a TCP server has a port');
    return { host, port: bound.port };
  }

  /** When the first block of that torrent was written, as `performance.now()`. @param infoHash lower-case hex */
  firstBlock(infoHash: string): Promise<number> {
    return new Promise((resolve) => this.#waiting.set(infoHash, resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket, geometry: PieceGeometry): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket)).on('error', () => {});
    let infoHash = '';
    const answered = (): void => {
      this.#waiting.get(infoHash)?.(performance.now());
      this.#waiting.delete(infoHash);
    };
    const greeted = (theirs: Buffer): void => {
      const bytes = theirs.subarray(INFO_HASH_AT, INFO_HASH_AT + INFO_HASH_BYTES);
      infoHash = bytes.toString('hex');
      socket.write(handshake(bytes, PEER_ID));
    };
    const uploader = new Uploader(socket, geometry, this.tally, greeted, answered);
    socket.on('data', (bytes: Buffer) => uploader.receive(bytes));
  }
}
