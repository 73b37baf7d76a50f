import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FakeClock } from '@enjambre/runtime';
import { ExtentCache, type ExtentSource } from './extent-cache.ts';

const MIB = 2 ** 20;

/** Byte i of the torrent is i mod 251; counts the reads. */
function countingSource(verifiedUpTo: () => number = () => Number.POSITIVE_INFINITY, pieceLength = MIB) {
  const reads: { position: number; length: number }[] = [];
  const source: ExtentSource = {
    pieceLength,
    verifiedAround: (_position, from, end) => ({ from, end: Math.min(end, verifiedUpTo()) }),
    async fill(target, position) {
      reads.push({ position, length: target.length });
      await undefined;
      for (let index = 0; index < target.length; index++) target[index] = (position + index) % 251;
    },
  };
  return { source, reads };
}

function assertBytes(bytes: Uint8Array, position: number): void {
  assert.ok(bytes.every((byte, index) => byte === (position + index) % 251));
}

it('reads an extent once for all who want blocks of it at the same time', async () => {
  const cache = new ExtentCache({ clock: new FakeClock() });
  const { source, reads } = countingSource();
  const positions = Array.from({ length: 64 }, (_, index) => index * 16_384);
  const views = await Promise.all(positions.map((position) => cache.view(source, position, 16_384)));
  views.forEach((view, index) => {
    assertBytes(view.bytes, positions[index]);
  });
  assert.deepEqual(reads, [{ position: 0, length: MIB }]);
});

it('reads of small pieces the one that is asked for, and what is wanted behind it, within the extent', async () => {
  const cache = new ExtentCache({ clock: new FakeClock() });
  const piece = MIB / 16;
  const { source, reads } = countingSource(undefined, piece);
  const ask = async (position: number, wanted?: number): Promise<void> => {
    const view = await cache.view(source, position, 16_384, wanted);
    assertBytes(view.bytes, position);
    view.release();
  };
  await ask(5 * piece + 16_384);
  await ask(5 * piece);
  await ask(9 * piece, 2 * piece + 16_384);
  await ask(11 * piece);
  await ask(14 * piece, 10 * piece);
  assert.deepEqual(reads, [
    { position: 5 * piece, length: piece },
    { position: 9 * piece, length: 2 * piece + 16_384 },
    { position: 14 * piece, length: 2 * piece },
  ]);
});

it('reads anew what was not verified when its extent was read', async () => {
  const cache = new ExtentCache({ clock: new FakeClock() });
  let verified = 50_000;
  const { source, reads } = countingSource(() => verified);
  (await cache.view(source, 0, 1000)).release();
  verified = 100_000;
  (await cache.view(source, 60_000, 1000)).release();
  assert.deepEqual(
    reads.map(({ length }) => length),
    [50_000, 100_000],
  );
});

it('puts together a range that lies in two extents', async () => {
  const cache = new ExtentCache({ clock: new FakeClock() });
  const { source } = countingSource();
  const view = await cache.view(source, MIB - 100, 300);
  assert.equal(view.bytes.length, 300);
  assertBytes(view.bytes, MIB - 100);
  view.release();
});

it('keeps the memory of views that are out, and reads into memory of its own when all is in use', async () => {
  const cache = new ExtentCache({ clock: new FakeClock(), slotCount: 2 });
  const { source, reads } = countingSource();
  const pinned = await Promise.all([cache.view(source, 0, 10), cache.view(source, MIB, 10)]);
  const extra = await cache.view(source, 2 * MIB, 10);
  assert.deepEqual(reads.at(-1), { position: 2 * MIB, length: 10 });
  assertBytes(extra.bytes, 2 * MIB);
  assertBytes(pinned[0].bytes, 0);
  pinned[0].release();
  await cache.view(source, 3 * MIB, 10);
  assertBytes(pinned[1].bytes, MIB);
  assert.equal(cache.bytes, 2 * MIB);
});

it('gives at once what was read ahead', async () => {
  const cache = new ExtentCache({ clock: new FakeClock() });
  const { source, reads } = countingSource();
  cache.prepare(source, MIB);
  cache.prepare(source, MIB + 5);
  await new Promise(setImmediate);
  const view = cache.view(source, MIB + 10, 20);
  assert.ok(!(view instanceof Promise));
  assertBytes(view.bytes, MIB + 10);
  view.release();
  assert.deepEqual(reads, [{ position: MIB, length: MIB }]);
});

it('reads ahead into memory that nobody waits for only', async () => {
  const cache = new ExtentCache({ clock: new FakeClock(), slotCount: 2 });
  const { source, reads } = countingSource();
  (await cache.view(source, 0, 10)).release();
  (await cache.view(source, MIB, MIB)).release();
  cache.prepare(source, 2 * MIB);
  await new Promise(setImmediate);
  cache.prepare(source, 3 * MIB);
  assert.deepEqual(
    reads.map(({ position }) => position / MIB),
    [0, 1, 2],
  );
});

it('tells who asks why it could not be read, not who read ahead', async () => {
  const cache = new ExtentCache({ clock: new FakeClock() });
  const source: ExtentSource = { ...countingSource().source, fill: () => Promise.reject(new Error('broken')) };
  cache.prepare(source, 0);
  await new Promise(setImmediate);
  await assert.rejects(async () => cache.view(source, 0, 10), /broken/);
});

it('does not keep what could not be read', async () => {
  const cache = new ExtentCache({ clock: new FakeClock() });
  const { source, reads } = countingSource();
  let broken = true;
  const flaky: ExtentSource = {
    ...source,
    fill: (target, position) => (broken ? Promise.reject(new Error('broken')) : source.fill(target, position)),
  };
  await assert.rejects(async () => cache.view(flaky, 0, 10), /broken/);
  broken = false;
  assertBytes((await cache.view(flaky, 0, 10)).bytes, 0);
  assert.equal(reads.length, 1);
});

it('gives its memory back after half a minute without use, but not that of views', async () => {
  const clock = new FakeClock();
  const cache = new ExtentCache({ clock });
  const { source } = countingSource();
  (await cache.view(source, 0, 10)).release();
  const out = await cache.view(source, MIB, 10);
  clock.advance(61_000);
  assert.equal(cache.bytes, MIB);
  out.release();
  clock.advance(31_000);
  assert.equal(cache.bytes, 0);
  assert.throws(() => out.release(), /invariant/);
});
