import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FakeClock } from '@enjambre/runtime';
import type { CheckJob } from './disk-job.ts';
import { WorkerPool } from './worker-pool.ts';

const zeros: CheckJob = {
  kind: 'check',
  root: '/',
  pieceLengths: [100],
  hashes: Buffer.from('ed4a77d1b56a118938788fc53037759b6c501e3d', 'hex'),
  spans: [{ path: undefined, position: 0, length: 100 }],
};

it('starts workers only for work, shares it out, and ends them after half a minute without', async () => {
  const clock = new FakeClock();
  const pool = new WorkerPool({ clock, workerCount: 2, openFiles: 8 });
  assert.equal(pool.running, 0);
  const verdicts = await Promise.all([pool.check(zeros), pool.check(zeros), pool.check(zeros)]);
  assert.deepEqual(verdicts, [Uint8Array.of(1), Uint8Array.of(1), Uint8Array.of(1)]);
  assert.equal(pool.running, 2);
  clock.advance(29_999);
  assert.equal(pool.running, 2);
  clock.advance(1);
  assert.equal(pool.running, 0);
  assert.deepEqual(await pool.check(zeros), Uint8Array.of(1));
  await pool.close();
  assert.equal(pool.running, 0);
});

it('says which file could not be read', async () => {
  const pool = new WorkerPool({ clock: new FakeClock(), workerCount: 1, openFiles: 8 });
  const spans = [{ path: '/nowhere/at-all', position: 0, length: 100 }];
  await assert.rejects(pool.check({ ...zeros, spans }), (error: Error & { code?: string }) => {
    return error.code === 'not-readable' && error.message.includes('/nowhere/at-all');
  });
  await pool.close();
});
