import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { FakeClock } from '@enjambre/runtime';
import { SessionPatrol } from './session-patrol.ts';
import type { Torrent } from './torrent.ts';

const BEAT_MS = 10_000;

/** A session's torrents as far as the patrol sees them, and in which order it came by. */
function patrolled(fileCounts: readonly number[]) {
  const visits: number[] = [];
  const torrents = new Map<string, Torrent>();
  const pieces = { isComplete: true };
  for (const [index, length] of fileCounts.entries()) {
    const one = { pieces, metainfo: { files: { length } }, patrol: async () => void visits.push(index) };
    torrents.set(String(index), one as unknown as Torrent);
  }
  const clock = new FakeClock();
  const patrol = new SessionPatrol(clock, torrents);
  patrol.start();
  const beat = async (): Promise<number[]> => {
    clock.advance(BEAT_MS);
    await turn();
    return visits.splice(0);
  };
  return { beat, torrents, pieces, start: () => patrol.start() };
}

test('few files are looked at with every beat, each torrent once', async () => {
  const { beat } = patrolled([1, 1]);
  for (let count = 0; count < 4; count++) assert.deepEqual((await beat()).sort(), [0, 1]);
  const one = patrolled([1]);
  for (let count = 0; count < 4; count++) assert.deepEqual(await one.beat(), [0]);
});

test('of many files some are looked at with each beat, from where the last one ended', async () => {
  const { beat, torrents } = patrolled([60, 60, 60]);
  assert.deepEqual(
    [await beat(), await beat(), await beat()],
    [
      [0, 1],
      [2, 0],
      [1, 2],
    ],
  );
  torrents.clear();
  assert.deepEqual(await beat(), []);
});

test('while none is complete it does not come by, not even when one is again, before it is told', async () => {
  const { beat, pieces, start } = patrolled([1]);
  pieces.isComplete = false;
  assert.deepEqual(await beat(), []);
  pieces.isComplete = true;
  assert.deepEqual(await beat(), []);
  start();
  assert.deepEqual([await beat(), await beat()], [[0], [0]]);
});
