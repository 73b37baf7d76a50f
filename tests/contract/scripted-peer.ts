// A peer that the test plays by hand over a socket (BEP 3, no extensions): it has every piece but the first, unchokes
// whoever is interested, sends one block now and then, and remembers everything that it is told and when.

import { createServer, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { afterwards } from './cleanup.ts';
import type { TorrentFixture } from './torrent-fixture.ts';

/** Slow enough that the client always has requests waiting here, fast enough that it sees a steady flow. */
const BLOCK_INTERVAL_MS = 5;
const HANDSHAKE_LENGTH = 68;
const messageIds = { unchoke: 1, interested: 2, bitfield: 5, request: 6, piece: 7, cancel: 8 } as const;

/** `pieceIndex begin length` of a request, as a key. */
type BlockKey = string;

export class ScriptedPeer {
  readonly #fixture: TorrentFixture;
  readonly #server: Server;
  #socket: Socket | undefined;
  #received = Buffer.alloc(0);
  #shookHands = false;
  /** What the client asked for and neither got nor took back. */
  readonly outstanding = new Set<BlockKey>();
  /** `performance.now()` of the latest request. */
  lastRequestAt = 0;
  blocksSent = 0;
  blocksReceived = 0;
  isClosed = false;
  readonly #listeners = new Set<() => void>();

  constructor(t: TestContext, fixture: TorrentFixture) {
    this.#fixture = fixture;
    this.#server = createServer((socket) => this.#serve(socket));
    const pacing = setInterval(() => this.#sendBlock(), BLOCK_INTERVAL_MS);
    afterwards(t, () => {
      clearInterval(pacing);
      this.#socket?.destroy();
      this.#server.close();
    });
  }

  /** The port it listens on, on loopback. */
  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Resolves when `holds` does; it is asked after every message. */
  when(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const listener = () => {
        if (!holds()) return;
        this.#listeners.delete(listener);
        resolve();
      };
      this.#listeners.add(listener);
      listener();
    });
  }

  /** Asks the client for a block, having told it that we want something. */
  requestBlock(pieceIndex: number, begin: number, length: number): void {
    const body = Buffer.alloc(12);
    for (const [index, value] of [pieceIndex, begin, length].entries()) body.writeUInt32BE(value, 4 * index);
    this.#send(messageIds.request, body);
  }

  #serve(socket: Socket): void {
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.isClosed = true;
    });
  }

  #take(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    if (!this.#shookHands) {
      if (this.#received.length < HANDSHAKE_LENGTH) return;
      this.#received = this.#received.subarray(HANDSHAKE_LENGTH);
      this.#shookHands = true;
      this.#greet();
    }
    while (this.#received.length >= 4) {
      const length = this.#received.readUInt32BE(0);
      if (this.#received.length < 4 + length) break;
      if (length > 0) this.#hear(this.#received[4], this.#received.subarray(5, 4 + length));
      this.#received = this.#received.subarray(4 + length);
    }
    for (const listener of [...this.#listeners]) listener();
  }

  #greet(): void {
    const { infoHash, data, pieceLength } = this.#fixture;
    const protocol = Buffer.from('\x13BitTorrent protocol', 'latin1');
    const peerId = Buffer.from('-SP0001-scriptedpeer', 'latin1');
    this.#socket?.write(Buffer.concat([protocol, Buffer.alloc(8), Buffer.from(infoHash, 'hex'), peerId]));
    const pieceCount = Math.ceil(data.length / pieceLength);
    const bitfield = Buffer.alloc(Math.ceil(pieceCount / 8));
    for (let pieceIndex = 1; pieceIndex < pieceCount; pieceIndex++)
      bitfield[pieceIndex >> 3] |= 0x80 >> (pieceIndex & 7);
    this.#send(messageIds.bitfield, bitfield);
    this.#send(messageIds.interested);
  }

  #hear(id: number, body: Buffer): void {
    if (id === messageIds.interested) this.#send(messageIds.unchoke);
    if (id === messageIds.piece) this.blocksReceived++;
    if (id === messageIds.cancel) this.outstanding.delete(keyOf(body));
    if (id !== messageIds.request) return;
    this.outstanding.add(keyOf(body));
    this.lastRequestAt = performance.now();
  }

  #sendBlock(): void {
    const [key] = this.outstanding;
    if (key === undefined) return;
    this.outstanding.delete(key);
    const [pieceIndex, begin, length] = key.split(' ').map(Number);
    const head = Buffer.alloc(8);
    head.writeUInt32BE(pieceIndex, 0);
    head.writeUInt32BE(begin, 4);
    const start = pieceIndex * this.#fixture.pieceLength + begin;
    this.#send(messageIds.piece, Buffer.concat([head, this.#fixture.data.subarray(start, start + length)]));
    this.blocksSent++;
    for (const listener of [...this.#listeners]) listener();
  }

  #send(id: number, body: Buffer = Buffer.alloc(0)): void {
    const head = Buffer.alloc(5);
    head.writeUInt32BE(1 + body.length, 0);
    head[4] = id;
    this.#socket?.write(Buffer.concat([head, body]));
  }
}

function keyOf(body: Buffer): BlockKey {
  return [body.readUInt32BE(0), body.readUInt32BE(4), body.readUInt32BE(8)].join(' ');
}
