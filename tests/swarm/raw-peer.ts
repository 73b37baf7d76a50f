// A peer played by hand over raw sockets, so that it can break every rule. Left alone it is a good seed (BEP 3).
// Invariant: it ends with its test; what the client does to its sockets never throws.

import { connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { afterwards } from '../contract/cleanup.ts';
import type { TorrentFixture } from '../contract/torrent-fixture.ts';

export const MESSAGE = {
  choke: 0,
  unchoke: 1,
  interested: 2,
  notInterested: 3,
  have: 4,
  bitfield: 5,
  request: 6,
  piece: 7,
  reject: 16,
} as const;

const HANDSHAKE_BYTES = 68;
const FAST_BIT = 0x04;

export interface BlockRequest {
  readonly pieceIndex: number;
  readonly begin: number;
  readonly length: number;
}

/** What it does where a good seed would do something else. */
export interface Manners {
  /** Both handshakes are done. Good: tells that it has everything. */
  readonly greet?: (wire: Wire) => void;
  /** The client is interested. Good: unchokes it. */
  readonly interested?: (wire: Wire) => void;
  /** The client asks for a block. Good: sends it. */
  readonly requested?: (wire: Wire, request: BlockRequest) => void;
  /** Speaks the fast extension (BEP 6). */
  readonly fast?: boolean;
}

/** One connection to the client, either way. */
export class Wire {
  readonly socket: Socket;
  readonly #fixture: TorrentFixture;
  readonly #manners: Manners;
  #received = Buffer.alloc(0);
  #isGreeted = false;

  constructor(socket: Socket, fixture: TorrentFixture, manners: Manners) {
    this.socket = socket;
    this.#fixture = fixture;
    this.#manners = manners;
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
  }

  get pieceCount(): number {
    return Math.ceil(this.#fixture.data.length / this.#fixture.pieceLength);
  }

  send(id: number, ...body: (Uint8Array | number)[]): void {
    this.socket.write(message(id, ...body));
  }

  handshake(): void {
    const reserved = Buffer.alloc(8);
    if (this.#manners.fast === true) reserved[7] = FAST_BIT;
    const peerId = Buffer.from(`-RW0001-${String(this.socket.localPort).padStart(12, '0')}`, 'latin1');
    const infoHash = Buffer.from(this.#fixture.infoHash, 'hex');
    this.socket.write(Buffer.concat([Buffer.from('\x13BitTorrent protocol', 'latin1'), reserved, infoHash, peerId]));
  }

  /** Tells that it has every piece. */
  tellAll(): void {
    const bits = Buffer.alloc(Math.ceil(this.pieceCount / 8));
    for (let piece = 0; piece < this.pieceCount; piece++) bits[piece >> 3] |= 0x80 >> (piece & 7);
    this.send(MESSAGE.bitfield, bits);
  }

  /** The block that was asked for; `spoilt`: with one byte that is wrong. */
  sendBlock(request: BlockRequest, { spoilt = false } = {}): void {
    this.socket.write(this.block(request, { spoilt }));
  }

  /** The message that `sendBlock` sends. */
  block({ pieceIndex, begin, length }: BlockRequest, { spoilt = false } = {}): Buffer {
    const start = pieceIndex * this.#fixture.pieceLength + begin;
    const bytes = Buffer.from(this.#fixture.data.subarray(start, start + length));
    if (spoilt) bytes[length >> 1] ^= 0xff;
    return message(MESSAGE.piece, pieceIndex, begin, bytes);
  }

  #take(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    if (!this.#isGreeted) {
      if (this.#received.length < HANDSHAKE_BYTES) return;
      this.#received = this.#received.subarray(HANDSHAKE_BYTES);
      this.#isGreeted = true;
      if (this.#manners.greet === undefined) this.tellAll();
      else this.#manners.greet(this);
    }
    while (this.#received.length >= 4) {
      const length = this.#received.readUInt32BE(0);
      if (this.#received.length < 4 + length) return;
      const body = this.#received.subarray(4, 4 + length);
      this.#received = this.#received.subarray(4 + length);
      if (length > 0) this.#hear(body);
    }
  }

  #hear(body: Buffer): void {
    if (body[0] === MESSAGE.interested) {
      if (this.#manners.interested === undefined) this.send(MESSAGE.unchoke);
      else this.#manners.interested(this);
    } else if (body[0] === MESSAGE.request) {
      const [pieceIndex, begin, length] = [1, 5, 9].map((at) => body.readUInt32BE(at));
      const request = { pieceIndex, begin, length };
      if (this.#manners.requested === undefined) this.sendBlock(request);
      else this.#manners.requested(this, request);
    }
  }
}

/** One message with its length prefix; numbers are written as 32 bits. */
export function message(id: number, ...body: readonly (Uint8Array | number)[]): Buffer {
  const parts = body.map((part) => {
    if (typeof part !== 'number') return part;
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(part);
    return bytes;
  });
  const payload = Buffer.concat(parts);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(1 + payload.length);
  head[4] = id;
  return Buffer.concat([head, payload]);
}

/** Waits to be dialled. Resolves with its address, for `--peer`. */
export async function listenAsPeer(
  t: TestContext,
  fixture: TorrentFixture,
  host: string,
  manners: Manners,
): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.once('close', () => sockets.delete(socket)));
    new Wire(socket, fixture, manners).handshake();
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  afterwards(t, () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  return `${host}:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

/** Dials the client, without a word yet. */
export async function dial(t: TestContext, host: string, port: number, from: string): Promise<Socket> {
  const socket = connect({ host, port, localAddress: from });
  socket.on('error', () => {});
  afterwards(t, () => void socket.destroy());
  await new Promise<void>((resolve) => socket.once('connect', resolve).once('close', () => resolve()));
  return socket;
}

/** Dials the client and shakes hands. */
export async function dialAsPeer(
  t: TestContext,
  fixture: TorrentFixture,
  client: { readonly host: string; readonly listenPort: number },
  from: string,
  manners: Manners,
): Promise<Wire> {
  const wire = new Wire(await dial(t, client.host, client.listenPort, from), fixture, manners);
  wire.handshake();
  return wire;
}
