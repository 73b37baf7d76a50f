// A leech without a disk, on one connection: asks for what the other side has, again and again from a place of its own on,
// verifies every byte and drops it. Invariant: a wrong byte throws.

import type { Socket } from 'node:net';
import { BLOCK_LENGTH, type PieceGeometry } from '@enjambre/metainfo';
import { blockView, isRight } from './content.ts';
import { MessageReader } from './message-reader.ts';
import type { Tally } from './tally.ts';
import { bareMessage, ids, REQUEST_BYTES, writeRequest } from './wire.ts';

/** What clients keep of somebody who does not say more (BEP 10 `reqq`). */
const MOST_ASKED = 250;
const REFILL_BELOW = (MOST_ASKED * 3) / 4;

export class Downloader {
  readonly #socket: Socket;
  readonly #geometry: PieceGeometry;
  readonly #reader: MessageReader;
  readonly #has: Uint8Array;
  /** Asked for and not come, by place in the torrent. */
  readonly #asked = new Set<number>();
  #hasAny = false;
  #isChoked = true;
  #pieceIndex: number;
  #begin = 0;
  #block: { readonly place: number; readonly view: Buffer; offset: number } = {
    place: 0,
    view: Buffer.alloc(0),
    offset: 0,
  };
  readonly #tally: Tally;

  /** @param share where in the torrent it begins, from 0 to 1 */
  constructor(socket: Socket, geometry: PieceGeometry, tally: Tally, greeted: () => void, share: number) {
    this.#socket = socket;
    this.#geometry = geometry;
    this.#tally = tally;
    this.#has = new Uint8Array(geometry.pieceCount);
    this.#pieceIndex = Math.floor(share * geometry.pieceCount);
    this.#reader = new MessageReader({
      handshake: greeted,
      message: (id, body) => this.#message(id, body),
      blockBegins: (pieceIndex, begin, length) => this.#blockBegins(pieceIndex, begin, length),
      blockBytes: (bytes, from, to) => this.#blockBytes(bytes, from, to),
      blockEnds: () => this.#blockEnds(),
    });
  }

  receive(bytes: Buffer): void {
    this.#reader.push(bytes);
    if (!this.#isChoked && this.#hasAny && this.#asked.size < REFILL_BELOW) this.#ask();
  }

  #message(id: number, body: Buffer): void {
    if (id === ids.unchoke) this.#isChoked = false;
    if (id === ids.choke) {
      // Without BEP 6 a choke takes back whatever was asked for.
      this.#isChoked = true;
      this.#asked.clear();
    }
    if (id === ids.have) this.#got(body.readUInt32BE());
    if (id === ids.bitfield) {
      for (let pieceIndex = 0; pieceIndex < this.#has.length; pieceIndex++) {
        if ((body[pieceIndex >> 3] & (0x80 >> (pieceIndex & 7))) !== 0) this.#got(pieceIndex);
      }
    }
  }

  #got(pieceIndex: number): void {
    this.#has[pieceIndex] = 1;
    if (this.#hasAny) return;
    this.#hasAny = true;
    this.#socket.write(bareMessage(ids.interested));
  }

  #blockBegins(pieceIndex: number, begin: number, length: number): void {
    const place = pieceIndex * this.#geometry.pieceLength + begin;
    if (!this.#asked.delete(place)) this.#tally.unaskedBytes += length;
    if (length !== this.#geometry.blockSize(pieceIndex, begin / BLOCK_LENGTH)) throw new Error(`a block of ${length}`);
    this.#block = { place, view: blockView(this.#geometry, pieceIndex, begin, length), offset: 0 };
  }

  #blockBytes(bytes: Buffer, from: number, to: number): void {
    const block = this.#block;
    if (!isRight(block.view, block.offset, bytes, from, to)) throw new Error(`wrong bytes at ${block.place}`);
    block.offset += to - from;
  }

  #blockEnds(): void {
    this.#tally.receivedBytes += this.#block.view.length;
  }

  /** As many blocks as there is room for, in one write. */
  #ask(): void {
    const requests = Buffer.allocUnsafe((MOST_ASKED - this.#asked.size) * REQUEST_BYTES);
    let at = 0;
    // Twice round at most: in a torrent of a few blocks all may be asked for already.
    for (let steps = 0; at < requests.length && steps < 2 * this.#has.length; ) {
      if (this.#has[this.#pieceIndex] === 0 || this.#begin >= this.#geometry.pieceSize(this.#pieceIndex)) {
        this.#pieceIndex = (this.#pieceIndex + 1) % this.#geometry.pieceCount;
        this.#begin = 0;
        steps++;
        continue;
      }
      const place = this.#pieceIndex * this.#geometry.pieceLength + this.#begin;
      const length = this.#geometry.blockSize(this.#pieceIndex, this.#begin / BLOCK_LENGTH);
      if (!this.#asked.has(place)) {
        this.#asked.add(place);
        writeRequest(requests, at, this.#pieceIndex, this.#begin, length);
        at += REQUEST_BYTES;
      }
      this.#begin += BLOCK_LENGTH;
    }
    this.#socket.write(requests.subarray(0, at));
  }
}
