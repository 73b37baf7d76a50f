import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '@enjambre/runtime';
import type { TrackerError } from '../errors.ts';
import type { AnnounceAnswer } from '../protocol/announce-answer.ts';
import { announceOnBoth } from './both-families.ts';

const NONE: TrackerError = { code: 'no-address', message: 'no such host' };
const REFUSED: TrackerError = { code: 'unreachable', message: 'connection refused' };

function answer(host: string, over: Partial<AnnounceAnswer> = {}): AnnounceAnswer {
  const peers = [{ host, port: 1 }];
  const counts = { intervalMs: 60_000, minIntervalMs: undefined, seeders: undefined, leechers: 3 };
  return { peers, trackerId: undefined, warning: undefined, externalIps: [host], ...counts, ...over };
}

const both = (v4: AnnounceAnswer | TrackerError, v6: AnnounceAnswer | TrackerError) =>
  announceOnBoth(new FakeClock(), async (family) => (family === 4 ? v4 : v6));

test('two answers are one: peers and addresses of both, the longer minimum, the greater counts', async () => {
  const v4 = answer('10.0.0.1', { minIntervalMs: 10_000, seeders: 5 });
  const v6 = answer('fd00::1', { intervalMs: 30_000, minIntervalMs: 20_000, seeders: 2, leechers: undefined });
  assert.deepEqual(await both(v4, v6), {
    ...{ peers: [...v4.peers, ...v6.peers], externalIps: ['10.0.0.1', 'fd00::1'], seeders: 5, leechers: 3 },
    ...{ intervalMs: 30_000, minIntervalMs: 20_000, trackerId: undefined, warning: undefined },
  });
});

test('one answer is enough, whatever befell the other', async () => {
  const v6 = answer('fd00::1');
  assert.deepEqual(await both(REFUSED, v6), v6);
  const v4 = answer('10.0.0.1');
  assert.deepEqual(await both(v4, NONE), v4);
});

test('of two failures the one is told that says more than that there is no address', async () => {
  assert.equal(await both(NONE, REFUSED), REFUSED);
  assert.equal(await both(REFUSED, NONE), REFUSED);
  assert.equal(await both(NONE, NONE), NONE);
});
