// A seed without a disk, on one connection: unchokes at once and answers every request in the order they came.

import type { Socket } from 'node:net';
import { BLOCK_LENGTH, type PieceGeometry } from '@enjambre/metainfo';
import { blockView } from './content.ts';
import { MessageReader } from './message-reader.ts';
import type { Tally } from './tally.ts';
import { bareMessage, fullBitfield, ids, PIECE_HEAD_BYTES, REQUEST_BYTES, writePieceHead } from './wire.ts';

const REQUEST_BODY_BYTES = REQUEST_BYTES - 5;

export class Uploader {
  readonly #socket: Socket;
  readonly #geometry: PieceGeometry;
  readonly #reader: MessageReader;
  readonly #tally: Tally;
  readonly #answered: () => void;
  #requests: { pieceIndex: number; begin: number; length: number }[] = [];

  /**
   * @param socket a connection on which our handshake was sent, or will be by `greeted`
   * @param answered blocks were written
   */
  constructor(
    socket: Socket,
    geometry: PieceGeometry,
    tally: Tally,
    greeted: (handshake: Buffer) => void,
    answered: () => void = () => {},
  ) {
    this.#socket = socket;
    this.#geometry = geometry;
    this.#tally = tally;
    this.#answered = answered;
    this.#reader = new MessageReader({
      handshake: (bytes) => {
        greeted(bytes);
        socket.write(Buffer.concat([fullBitfield(geometry), bareMessage(ids.unchoke)]));
      },
      message: (id, body) => {
        if (id === ids.request) this.#take(body);
      },
      blockBegins: () => {},
      blockBytes: () => {},
      blockEnds: () => {},
    });
  }

  receive(bytes: Buffer): void {
    this.#reader.push(bytes);
    if (this.#requests.length > 0) this.#answer();
  }

  #take(body: Buffer): void {
    if (body.length !== REQUEST_BODY_BYTES) throw new Error('a request has twelve bytes');
    const [pieceIndex, begin, length] = [body.readUInt32BE(0), body.readUInt32BE(4), body.readUInt32BE(8)];
    const size = pieceIndex < this.#geometry.pieceCount ? this.#geometry.pieceSize(pieceIndex) : 0;
    if (begin % BLOCK_LENGTH !== 0 || length > BLOCK_LENGTH || begin + length > size) {
      throw new Error(`a request of ${length} bytes at ${begin} of piece ${pieceIndex}`);
    }
    this.#requests.push({ pieceIndex, begin, length });
  }

  /** All in one write. */
  #answer(): void {
    const requests = this.#requests;
    this.#requests = [];
    const heads = Buffer.allocUnsafe(requests.length * PIECE_HEAD_BYTES);
    this.#socket.cork();
    requests.forEach(({ pieceIndex, begin, length }, index) => {
      const at = index * PIECE_HEAD_BYTES;
      writePieceHead(heads, at, pieceIndex, begin, length);
      this.#socket.write(heads.subarray(at, at + PIECE_HEAD_BYTES));
      this.#socket.write(blockView(this.#geometry, pieceIndex, begin, length));
      this.#tally.sentBytes += length;
    });
    this.#socket.uncork();
    this.#answered();
  }
}
