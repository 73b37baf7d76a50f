// As little as a seed can do: everybody is unchoked, requests are answered in their order from extents of the one file, many
// blocks in one write. Says as JSON lines: listening (port), complete, for it has everything. Ends on SIGTERM.
//
//   node bench/floor/seeder.ts TORRENT FILE OWN-HOST

import { openSync, readFileSync, readSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { parseTorrentFile } from '@enjambre/metainfo';
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

const [torrent, file, host] = process.argv.slice(2);
const { geometry, infoHashV1 } = parseTorrentFile(readFileSync(torrent));
const descriptor = openSync(file, 'r');

function serve(socket: Socket): void {
  const queue: Request[] = [];
  let extent = Buffer.alloc(0);
  let extentAt = -1;
  /** A new extent each time: what was written may still wait in the socket. */
  const viewOf = ({ pieceIndex, begin, length }: Request): Buffer => {
    const place = pieceIndex * geometry.pieceLength + begin;
    if (extentAt < 0 || place < extentAt || place + length > extentAt + extent.length) {
      extent = Buffer.allocUnsafeSlow(EXTENT_BYTES);
      extentAt = place - (place % EXTENT_BYTES);
      readSync(descriptor, extent, 0, EXTENT_BYTES, extentAt);
    }
    return extent.subarray(place - extentAt, place - extentAt + length);
  };
  const send = (): void => {
    while (queue.length > 0 && socket.writableLength < MOST_BUFFERED_BYTES) {
      socket.cork();
      for (const request of queue.splice(0, BATCH)) {
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
      socket.write(Buffer.concat([handshake(infoHashV1!, PEER_ID), fullBitfield(geometry), bareMessage(ids.unchoke)]));
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
}

const server = createServer(serve).listen(0, host, () => {
  say('listening', { port: (server.address() as AddressInfo).port });
  say('complete');
});
