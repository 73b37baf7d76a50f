import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PieceGeometry } from '@enjambre/metainfo';
import { FakeClock, seededRandom } from '@enjambre/runtime';
import { KnownPeers } from '../discovery/known-peers.ts';
import type { Connection } from '../net/transport.ts';
import { Peer } from '../peer/peer.ts';
import { SpeedMeter } from '../rate/speed-meter.ts';
import { TokenBucket } from '../rate/token-bucket.ts';
import { MemoryPieceStore } from '../storage/memory-store.ts';
import { MessageDecoder } from '../wire/decoder.ts';
import type { Message } from '../wire/message.ts';
import { Upload } from './upload.ts';

const PIECE_LENGTH = 32_768;
const content = Buffer.from(seededRandom(3).bytes(4 * PIECE_LENGTH));
const geometry = new PieceGeometry(content.length, PIECE_LENGTH);

/** A peer that wants something of us, on a connection that keeps what it is sent. */
function setUp(fast: boolean, uploadLimit = Number.POSITIVE_INFINITY) {
  const clock = new FakeClock();
  const heard: (Message | string)[] = [];
  const blocksOfWrites: number[] = [];
  const decoder = new MessageDecoder(
    {
      onMessage: (message) => void heard.push(message),
      onBlockStart: () => undefined,
      onBlockEnd: (pieceIndex, begin, length) => void heard.push(`block ${pieceIndex}/${begin}+${length}`),
    },
    { maxMessageLength: 1 << 20 },
  );
  const connection: Connection = {
    remote: { host: '127.0.0.9', port: 1 },
    outgoing: true,
    bufferedBytes: 0,
    setHandlers() {},
    write(parts, onFlushed) {
      blocksOfWrites.push(parts.length / 2);
      for (const part of parts) decoder.push(Buffer.from(part));
      onFlushed?.();
    },
    close() {},
  };
  const bytes = new Uint8Array(20);
  const handshake = { infoHash: bytes, peerId: bytes, extensionProtocol: true, fast, dht: false };
  const peer = new Peer(connection, new KnownPeers().addIncoming(connection.remote), handshake, geometry, clock.now());
  const upload = new Upload({
    geometry,
    store: new MemoryPieceStore({ layout: { geometry, files: [], pieceHashes: new Uint8Array() }, content }),
    clock,
    random: seededRandom(1),
    bucket: new TokenBucket(uploadLimit, clock.now()),
    meter: new SpeedMeter(1),
    peers: new Set([peer]),
    isHad: (pieceIndex) => pieceIndex !== 3,
    isSeeding: () => false,
    slots: () => 8,
    storageFailed: (error) => assert.fail(String(error)),
  });
  return { clock, heard, blocksOfWrites, peer, upload };
}

/** As a message carries it: with its type, which must not leak into what is answered. */
const request = { type: 'request', pieceIndex: 1, begin: 16_384, length: 16_384 } as const;

/** Lets reads from the store settle. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('a request of a choked peer is refused by name with the fast extension, and left unanswered without', () => {
  const withFast = setUp(true);
  withFast.upload.requested(withFast.peer, request);
  assert.deepEqual(withFast.heard, [{ type: 'reject', pieceIndex: 1, begin: 16_384, length: 16_384 }]);
  const without = setUp(false);
  without.upload.requested(without.peer, request);
  assert.deepEqual(without.heard, []);
});

test('a choke refuses all that was asked for, in one write', () => {
  const { clock, heard, blocksOfWrites, peer, upload } = setUp(true, 0);
  peer.peerInterested = true;
  upload.interestChanged();
  const asked = [0, 1, 2].map((pieceIndex) => ({ pieceIndex, begin: 0, length: 16_384 }));
  for (const range of asked) upload.requested(peer, range);
  heard.length = blocksOfWrites.length = 0;
  peer.peerInterested = false;
  clock.advance(60_000);
  upload.tick();
  assert.deepEqual(heard, [{ type: 'choke' }, ...asked.map((range) => ({ type: 'reject', ...range }))]);
  assert.equal(blocksOfWrites.length, 2);
});

test('an interested peer is unchoked at once and gets its blocks in the order it asked', async () => {
  const { heard, peer, upload } = setUp(true);
  peer.peerInterested = true;
  upload.interestChanged();
  upload.requested(peer, request);
  upload.requested(peer, { pieceIndex: 0, begin: 0, length: 5 });
  upload.requested(peer, { pieceIndex: 3, begin: 0, length: 16_384 });
  await settled();
  assert.deepEqual(heard, [
    { type: 'unchoke' },
    { type: 'reject', pieceIndex: 3, begin: 0, length: 16_384 },
    'block 1/16384+16384',
    'block 0/0+5',
  ]);
});

test('a request out of range ends the connection', () => {
  const { peer, upload } = setUp(true);
  for (const wrong of [
    { pieceIndex: 4, begin: 0, length: 1 },
    { pieceIndex: 0, begin: PIECE_LENGTH, length: 1 },
    { pieceIndex: 0, begin: 1, length: PIECE_LENGTH },
    { pieceIndex: 0, begin: 0, length: 0 },
    { pieceIndex: 0, begin: 0xffff_ffff, length: 0xffff_ffff },
  ]) {
    assert.throws(() => upload.requested(peer, wrong), { name: 'ProtocolError' }, JSON.stringify(wrong));
  }
});

test('the upload limit holds blocks back until they are due', async () => {
  const { clock, heard, peer, upload } = setUp(true, 16_384);
  peer.peerInterested = true;
  upload.interestChanged();
  heard.length = 0;
  for (const begin of [0, 16_384]) upload.requested(peer, { pieceIndex: 0, begin, length: 16_384 });
  for (let second = 0; second < 3; second++) {
    clock.advance(1000);
    upload.tick();
    await settled();
  }
  assert.deepEqual(heard, ['block 0/0+16384', 'block 0/16384+16384']);
});

test('a block that was cancelled before it left is not sent', async () => {
  const { clock, heard, peer, upload } = setUp(true, 16_384);
  peer.peerInterested = true;
  upload.interestChanged();
  heard.length = 0;
  upload.requested(peer, request);
  upload.cancelled(peer, request);
  clock.advance(5000);
  upload.tick();
  await settled();
  assert.deepEqual(heard, [{ type: 'reject', pieceIndex: 1, begin: 16_384, length: 16_384 }]);
});

test('a socket that takes all it is given is given more each time, before its rate is known', async () => {
  const { blocksOfWrites, peer, upload } = setUp(true);
  peer.peerInterested = true;
  upload.interestChanged();
  blocksOfWrites.length = 0;
  for (let at = 0; at < 60; at++) upload.requested(peer, { pieceIndex: 0, begin: 512 * at, length: 1024 });
  for (let turn = 0; turn < 4; turn++) await settled();
  assert.deepEqual(blocksOfWrites, [16, 32, 12]);
});
