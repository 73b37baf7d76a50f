import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stripOf } from './connection.ts';

describe('the strip', () => {
  const lost = { kind: 'lost', since: 10_000, heardAt: 9_000 } as const;

  it('keeps silent about a short interruption, then says more with time', () => {
    const kinds = [10_500, 11_000, 13_999, 14_000].map((now) => stripOf(lost, now).kind);
    assert.deepEqual(kinds, ['none', 'reconnecting', 'reconnecting', 'gone']);
  });

  it('notices an open connection on which no heartbeat comes', () => {
    const live = { kind: 'live', heardAt: 10_000 } as const;
    assert.deepEqual(
      [20_000, 26_000].map((now) => stripOf(live, now).kind),
      ['none', 'quiet'],
    );
  });
});
