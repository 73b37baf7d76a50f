// As little as sending takes: everybody is unchoked, requests are answered in their order from extents of the one file, many
// blocks in one write. Bytes are not looked at: an extent may have been read before all of it was written.

import { openSync, readSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { PieceGeometry } from '@enjambre/metainfo';
import { MessageReader } from '../tester/message-reader.ts';
import { bareMessage, fullBitfield, handshake, ids, PIECE_HEAD_BYTES, writePieceHead } from '../tester/wire.ts';
import { say } from './floor-program.ts';

const PEER_ID = Buffer.from('-XF0001-floorfloor02');
const EXTENT_BYTES = 2 ** 20;
/** Blocks a write. */
const BATCH = 64;
/** What may wait in a socket: two batches of 16 KiB blocks. */
const MOST_BUFFERED_BYTES = 2 * BATCH * 2 ** 14;

interface Request {
  readonly pieceIndex: number;
  readonly begin: number;
  readonly length: number;
}

export interface FloorSenderOptions {
  readonly geometry: PieceGeometry;
  readonly infoHash: Uint8Array;
  /** Holds the content, or will. */
  readonly file: string;
  readonly isThere: (pieceIndex: number) => boolean;
}

export class FloorSender {
  readonly #options: FloorSenderOptions;
  readonly #descriptor: number;
  readonly #sends = new Set<() => void>();

  constructor(options: FloorSenderOptions) {
    this.#options = options;
    this.#descriptor = openSync(options.file, 'r');
  }

  /** Says as a JSON line where it listens: `listening` (port). */
  listen(host: string): void {
    const server = createServer((socket) => this.#serve(socket)).listen(0, host, () =>
      say('listening', { port: (server.address() as AddressInfo).port }),
    );
  }

  /** Another piece is there. */
  more(): void {
    for (const send of this.#sends) send();
  }

  #serve(socket: Socket): void {
    const { geometry, infoHash, isThere } = this.#options;
    const queue: Request[] = [];
    const viewOf = this.#reader();
    const send = (): void => {
      while (socket.writableLength < MOST_BUFFERED_BYTES) {
        let count = 0;
        while (count < BATCH && count < queue.length && isThere(queue[count].pieceIndex)) count++;
        if (count === 0) return;
        socket.cork();
        for (const request of queue.splice(0, count)) {
          const head = Buffer.allocUnsafe(PIECE_HEAD_BYTES);
          writePieceHead(head, 0, request.pieceIndex, request.begin, request.length);
          socket.write(head);
          socket.write(viewOf(request));
        }
        socket.uncork();
      }
    };
    const reader = new MessageReader({
      handshake: () => {
        socket.write(Buffer.concat([handshake(infoHash, PEER_ID), fullBitfield(geometry), bareMessage(ids.unchoke)]));
      },
      message: (id, body) => {
        if (id !== ids.request) return;
        queue.push({ pieceIndex: body.readUInt32BE(0), begin: body.readUInt32BE(4), length: body.readUInt32BE(8) });
      },
      blockBegins: () => {},
      blockBytes: () => {},
      blockEnds: () => {},
    });
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => {
      reader.push(bytes);
      send();
    });
    socket.on('drain', send);
    // The leecher ends it without a word.
    socket.on('error', () => {});
    this.#sends.add(send);
    socket.once('close', () => this.#sends.delete(send));
  }

  /** Reads a new extent each time: what was written may still wait in the socket. */
  #reader(): (request: Request) => Buffer {
    let extent = Buffer.alloc(0);
    let extentAt = -1;
    return ({ pieceIndex, begin, length }) => {
      const place = pieceIndex * this.#options.geometry.pieceLength + begin;
      if (extentAt < 0 || place < extentAt || place + length > extentAt + extent.length) {
        extent = Buffer.allocUnsafeSlow(EXTENT_BYTES);
        extentAt = place - (place % EXTENT_BYTES);
        readSync(this.#descriptor, extent, 0, EXTENT_BYTES, extentAt);
      }
      return extent.subarray(place - extentAt, place - extentAt + length);
    };
  }
}
