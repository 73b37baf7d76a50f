// As little as a leecher can do: one connection to a seed that has everything, blocks asked for in order, nothing decided.
// Invariant: a block counts once, however often it comes; what a choke or the end of a connection took back is asked for again.

import { connect, type Socket } from 'node:net';
import { BLOCK_LENGTH, type PeerAddress, type PieceGeometry } from '@enjambre/metainfo';
import { MessageReader } from '../tester/message-reader.ts';
import { bareMessage, handshake, ids, REQUEST_BYTES, writeRequest } from '../tester/wire.ts';

/** Deeper than the fastest seed can empty between two of our reads; Transmission silently forgets the 512th. */
const MOST_ASKED = 500;
/** Requests leave a quarter of the queue at a time. */
const REFILL_BELOW = (MOST_ASKED * 3) / 4;
const RECEIVE_BUFFER_BYTES = 256 * 1024;
/** qBittorrent, for one, now and then ends a connection right after it has checked its data. */
const REDIAL_MS = 200;
const PEER_ID = Buffer.from('-XF0001-floorfloor01');

const MISSING = 0;
const ASKED = 1;
const HERE = 2;

export interface FloorLeecherOptions {
  readonly geometry: PieceGeometry;
  readonly infoHash: Uint8Array;
  readonly seed: PeerAddress;
  /** Own address. */
  readonly host: string;
  /** The next bytes of a block: `bytes` from `from` to `to` belong at `place` in the content. */
  readonly keep: (place: number, bytes: Buffer, from: number, to: number) => void;
  /** The whole block at `place` has come, for the first time. */
  readonly had: (place: number, length: number) => void;
  /** An unchoke; there may be more. */
  readonly unchoked: () => void;
  /** Nothing more is asked for until `more` is called. */
  readonly isFull: () => boolean;
}

export class FloorLeecher {
  readonly #options: FloorLeecherOptions;
  readonly #state: Uint8Array;
  readonly #received = Buffer.allocUnsafeSlow(RECEIVE_BUFFER_BYTES);
  readonly #requests = Buffer.allocUnsafeSlow(MOST_ASKED * REQUEST_BYTES);
  #socket: Socket;
  /** Blocks that have not come yet. */
  #left: number;
  #next = 0;
  #asked = 0;
  #isChoked = true;
  #place = 0;
  #block = 0;

  constructor(options: FloorLeecherOptions) {
    this.#options = options;
    this.#left = Math.ceil(options.geometry.totalSize / BLOCK_LENGTH);
    this.#state = new Uint8Array(this.#left);
    this.#socket = this.#dial();
  }

  #dial(): Socket {
    const { geometry, infoHash, seed, host } = this.#options;
    const reader = new MessageReader({
      handshake: () => socket.write(bareMessage(ids.interested)),
      message: (id) => this.#message(id),
      blockBegins: (pieceIndex, begin) => this.#blockBegins(pieceIndex * geometry.pieceLength + begin),
      blockBytes: (bytes, from, to) => this.#blockBytes(bytes, from, to),
      blockEnds: () => this.#blockEnds(),
    });
    const callback = (length: number): boolean => {
      reader.push(this.#received.subarray(0, length));
      this.more();
      return true;
    };
    const onread = { buffer: this.#received, callback };
    const socket = connect({ ...seed, localAddress: host, noDelay: true, onread });
    socket.once('connect', () => socket.write(handshake(infoHash, PEER_ID)));
    // 'close' follows.
    socket.on('error', () => {});
    socket.once('close', () => {
      this.#choked();
      if (this.#left > 0) setTimeout(() => (this.#socket = this.#dial()), REDIAL_MS);
    });
    socket.resume();
    return socket;
  }

  /** Asks for more when there is room. */
  more(): void {
    if (!this.#isChoked && this.#asked < REFILL_BELOW && !this.#options.isFull()) this.#ask();
  }

  #message(id: number): void {
    if (id === ids.unchoke) {
      this.#isChoked = false;
      this.#options.unchoked();
    }
    if (id === ids.choke) this.#choked();
  }

  #choked(): void {
    this.#isChoked = true;
    this.#asked = this.#next = 0;
    for (let block = 0; block < this.#state.length; block++) {
      if (this.#state[block] === ASKED) this.#state[block] = MISSING;
    }
  }

  #blockBegins(place: number): void {
    this.#place = place;
    this.#block = place / BLOCK_LENGTH;
  }

  #blockBytes(bytes: Buffer, from: number, to: number): void {
    this.#options.keep(this.#place, bytes, from, to);
    this.#place += to - from;
  }

  #blockEnds(): void {
    const before = this.#state[this.#block];
    this.#state[this.#block] = HERE;
    if (before !== HERE) this.#left--;
    if (before === ASKED) this.#asked--;
    const begin = this.#block * BLOCK_LENGTH;
    if (before !== HERE) this.#options.had(begin, this.#place - begin);
  }

  #ask(): void {
    const { pieceLength, totalSize } = this.#options.geometry;
    let at = 0;
    for (; this.#asked < MOST_ASKED && this.#next < this.#state.length; this.#next++) {
      if (this.#state[this.#next] !== MISSING) continue;
      this.#state[this.#next] = ASKED;
      this.#asked++;
      const place = this.#next * BLOCK_LENGTH;
      const length = Math.min(BLOCK_LENGTH, totalSize - place);
      writeRequest(this.#requests, at, Math.floor(place / pieceLength), place % pieceLength, length);
      at += REQUEST_BYTES;
    }
    // Copied: the socket may keep it longer than until the next call.
    if (at > 0) this.#socket.write(Buffer.from(this.#requests.subarray(0, at)));
  }
}
