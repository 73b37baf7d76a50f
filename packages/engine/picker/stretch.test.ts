import assert from 'node:assert/strict';
import { it } from 'node:test';
import { PieceGeometry } from '@enjambre/metainfo';
import { seededRandom } from '@enjambre/runtime';
import { shuffledStretches, stretchLength } from './stretch.ts';

const KIB = 2 ** 10;
const MIB = 2 ** 20;

it('is a mebibyte long, in a large torrent', () => {
  assert.equal(stretchLength(new PieceGeometry(2 ** 30, 16 * KIB)), 64);
  assert.equal(stretchLength(new PieceGeometry(2 ** 30, 256 * KIB)), 4);
  assert.equal(stretchLength(new PieceGeometry(2 ** 30, MIB)), 1);
  assert.equal(stretchLength(new PieceGeometry(2 ** 34, 4 * MIB)), 1);
});

it('leaves a small torrent at least 256 of them', () => {
  assert.equal(stretchLength(new PieceGeometry(32 * MIB, 16 * KIB)), 8);
  assert.equal(stretchLength(new PieceGeometry(32 * MIB, 256 * KIB)), 1);
  assert.equal(stretchLength(new PieceGeometry(5, 16 * KIB)), 1);
});

it('orders every piece once, in runs of neighbours, which are in random order', () => {
  const geometry = new PieceGeometry(512 * MIB - 5, 64 * KIB);
  const order = shuffledStretches(geometry, seededRandom(1));
  assert.deepEqual(
    [...order].sort((left, right) => left - right),
    Array.from({ length: geometry.pieceCount }, (_, pieceIndex) => pieceIndex),
  );
  const starts = order.filter((_, place) => place % 16 === 0);
  assert.ok(order.every((pieceIndex, place) => pieceIndex === starts[Math.floor(place / 16)] + (place % 16)));
  assert.ok(starts.some((start, place) => place > 0 && start < starts[place - 1]));
});
