// Peers that ask and take nothing, as behind a dead link or in a program that hangs: whom they keep from being served.

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
import { Upload } from './upload.ts';

const PIECE_LENGTH = 32_768;
const BLOCK = 16_384;
const geometry = new PieceGeometry(4 * PIECE_LENGTH, PIECE_LENGTH);
const content = Buffer.alloc(4 * PIECE_LENGTH);
/** As many as a seed serves at first. */
const SERVED = 5;
const SOON_SECONDS = 30;

/** A connection that takes nothing after the first message, or so much a second. */
class SlowConnection implements Connection {
  readonly remote: Connection['remote'];
  readonly outgoing = true;
  readonly #waiting: { bytes: number; readonly onFlushed: (() => void) | undefined }[] = [];
  onDrain = (): void => {};

  constructor(port: number) {
    this.remote = { host: '127.0.0.9', port };
  }

  get bufferedBytes(): number {
    return this.#waiting.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  setHandlers(): void {}

  write(parts: readonly Uint8Array[], onFlushed?: () => void): void {
    this.#waiting.push({ bytes: parts.reduce((sum, part) => sum + part.length, 0), onFlushed });
  }

  take(most: number): void {
    for (let left = most; left > 0 && this.#waiting.length > 0; ) {
      const [first] = this.#waiting;
      const taken = Math.min(left, first.bytes);
      first.bytes -= taken;
      left -= taken;
      if (first.bytes > 0) return;
      this.#waiting.shift();
      first.onFlushed?.();
    }
    if (this.#waiting.length === 0) this.onDrain();
  }

  close(): void {}
}

/** A seed, and so many that ask it for everything, again and again. */
function setUp(count: number) {
  const clock = new FakeClock();
  const bytes = new Uint8Array(20);
  const handshake = { infoHash: bytes, peerId: bytes, extensionProtocol: true, fast: false, dht: false };
  const peers = new Set<Peer>();
  const upload = new Upload({
    geometry,
    store: new MemoryPieceStore({ layout: { geometry, files: [], pieceHashes: new Uint8Array() }, content }),
    clock,
    random: seededRandom(1),
    bucket: new TokenBucket(Number.POSITIVE_INFINITY, clock.now()),
    meter: new SpeedMeter(1),
    peers,
    isHad: () => true,
    isSeeding: () => true,
    slots: () => SERVED,
    storageFailed: (error) => assert.fail(String(error)),
  });
  const join = (port: number) => {
    const connection = new SlowConnection(port);
    const known = new KnownPeers().addIncoming(connection.remote);
    const peer = new Peer(connection, known, handshake, geometry, clock.now());
    connection.onDrain = () => upload.drained(peer);
    peers.add(peer);
    peer.peerInterested = true;
    upload.interestChanged();
    return { peer, connection };
  };
  const all = Array.from({ length: count }, (_, number) => join(number + 1));
  /** Who is served keeps asking. @param takes bytes that each takes in a second */
  const pass = async (seconds: number, takes: number) => {
    for (let second = 0; second < seconds; second++) {
      for (const { peer, connection } of all) {
        if (!peer.amChoking && peer.wanted.length < 4) {
          for (let pieceIndex = 0; pieceIndex < 4; pieceIndex++) {
            upload.requested(peer, { pieceIndex, begin: 0, length: BLOCK });
          }
        }
        connection.take(takes);
      }
      clock.advance(1000);
      upload.tick();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { all, clock, join, pass, upload };
}

test('those who take nothing of what they asked for give their slots up as soon as somebody waits', async () => {
  const { all, join, pass } = setUp(SERVED);
  await pass(SOON_SECONDS, 0);
  assert.ok(all.every(({ peer }) => !peer.amChoking));
  const waiting = join(100);
  await pass(2, 0);
  assert.equal(waiting.peer.amChoking, false);
});

test('however many of them there are, each has one turn, and no other before it has taken something', async () => {
  const { all, join, pass } = setUp(3 * SERVED);
  await pass(2 * SOON_SECONDS, 0);
  const waiting = join(100);
  waiting.connection.take(1_000_000);
  await pass(SOON_SECONDS, 0);
  const served = () => [waiting, ...all].filter(({ peer }) => !peer.amChoking);
  assert.deepEqual(served(), [waiting]);
  all[0].connection.take(1_000_000);
  await pass(1, 0);
  assert.deepEqual(served(), [waiting, all[0]]);
});

test('those who take what they asked for slowly keep them for their turn', async () => {
  const { all, join, pass } = setUp(SERVED);
  await pass(SOON_SECONDS, 2000);
  const waiting = join(100);
  await pass(2, 2000);
  assert.deepEqual([waiting.peer.amChoking, all.filter(({ peer }) => peer.amChoking).length], [true, 0]);
});

/** Who of them has a block in its socket. */
const holders = (all: readonly { readonly connection: SlowConnection }[]) =>
  all.flatMap(({ connection }, at) => (connection.bufferedBytes > BLOCK ? [at] : []));

test('while nobody takes blocks quickly one lies in all sockets together, each in turn', async () => {
  const { all, pass } = setUp(SERVED);
  await pass(1, 0);
  const turns = [];
  for (let turn = 0; turn < 2 * SERVED; turn++) {
    const held = holders(all);
    assert.equal(held.length, 1, `blocks lie at ${held}`);
    turns.push(held[0]);
    all[held[0]].connection.take(1_000_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(turns.slice(SERVED), turns.slice(0, SERVED));
  assert.equal(new Set(turns).size, SERVED);
});

test('one who takes nothing of its block keeps the others from theirs for ten seconds, and not again', async () => {
  const { all, pass } = setUp(SERVED);
  await pass(9, 0);
  const [stuck, ...more] = holders(all);
  assert.deepEqual(more, []);
  await pass(2, 0);
  const [next] = holders(all).filter((at) => at !== stuck);
  assert.ok(next !== undefined, 'nobody else was served');
  all[next].connection.take(1_000_000);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(holders(all).length, 2, 'the one after it had to wait');
});

test('one whose requests take long to get here loses its slot once, and is waited for the next time', () => {
  const { all, clock, join, upload } = setUp(SERVED);
  const [late, ...others] = all;
  const ask = (peer: Peer) => upload.requested(peer, { pieceIndex: 0, begin: 0, length: BLOCK });
  for (const { peer } of others) ask(peer);
  const other = join(100);
  const wait = (ms: number) => {
    // What they were told has left.
    for (const { connection } of [late, other]) connection.take(1_000);
    clock.advance(ms);
    upload.tick();
  };
  wait(600);
  assert.deepEqual([late.peer.amChoking, other.peer.amChoking], [true, false]);
  clock.advance(1_400);
  ask(late.peer);
  wait(600);
  assert.deepEqual([late.peer.amChoking, other.peer.amChoking], [false, true], 'the other one asks for nothing');
  wait(2_000);
  assert.equal(late.peer.amChoking, false);
});
