import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpeningQueue } from './opening-queue.ts';

test('no more than 32 are opened at a time, in order, and a failure frees its place', async () => {
  const queue = new OpeningQueue();
  const begun: number[] = [];
  const gates = Array.from({ length: 40 }, () => Promise.withResolvers<void>());
  const runs = gates.map(({ promise }, index) =>
    queue.run(async () => {
      begun.push(index);
      await promise;
    }),
  );
  assert.equal(begun.length, 32);
  gates[5].reject(new Error('unreadable'));
  await assert.rejects(runs[5], /unreadable/);
  gates[0].resolve();
  await runs[0];
  assert.deepEqual(begun.slice(32), [32, 33]);
  for (const [index, { resolve }] of gates.entries()) if (index !== 5) resolve();
  await Promise.allSettled(runs);
  assert.deepEqual(begun, [...gates.keys()]);
});
