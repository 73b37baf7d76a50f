import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PieceGeometry } from '@enjambre/metainfo';
import { FakeClock, seededRandom, silentLogger } from '@enjambre/runtime';
import type { Transport } from './net/transport.ts';
import { Session } from './session.ts';
import { MemoryPieceStore } from './storage/memory-store.ts';

/** Nobody answers, and it is counted how often somebody was dialled. */
function deafTransport() {
  const deaf = { dials: 0 };
  const transport: Transport = {
    listen: () => Promise.reject(new Error('nobody calls here')),
    dial: () => {
      deaf.dials++;
      return Promise.reject(new Error('nobody is there'));
    },
  };
  return { deaf, transport };
}

test('a torrent that lacks pieces and knows nobody rests, and wakes for an address or for whoever steers it', async () => {
  const clock = new FakeClock();
  const { deaf, transport } = deafTransport();
  let wakings = 0;
  const session = new Session({
    ...{ clock, transport, random: seededRandom(1), logger: silentLogger },
    awoke: () => wakings++,
  });
  const geometry = new PieceGeometry(4 * 16_384, 16_384);
  const metainfo = {
    ...{ infoHashV1: new Uint8Array(20), name: 'lonely', geometry, private: false },
    files: [],
  };
  const store = new MemoryPieceStore({ layout: { files: [], geometry, pieceHashes: new Uint8Array(80) } });
  const torrent = session.addTorrent({ metainfo, store, sources: [] });
  await torrent.start();
  assert.deepEqual([wakings, session.isAtWork], [1, true]);
  clock.advance(1_000);
  assert.equal(session.isAtWork, false);
  clock.advance(60_000);
  assert.equal(wakings, 1, 'a minute of rest');
  torrent.pause();
  assert.deepEqual([wakings, session.isAtWork], [2, true]);
  clock.advance(1_000);
  assert.equal(session.isAtWork, false);
  torrent.knownPeers.add({ host: '127.0.0.1', port: 1 }, 'manual', clock.now());
  torrent.resume();
  clock.advance(0);
  assert.deepEqual([wakings, deaf.dials], [3, 1]);
  await session.close(0);
});
