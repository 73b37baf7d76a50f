import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BLOCK_LENGTH } from '@enjambre/metainfo';
import fc from 'fast-check';
import { RequestQueue } from './request-queue.ts';

/** Asks for as much as there is room for; keys go on from `next`. Returns the next key. */
function fill(queue: RequestQueue, nowMs: number, next: number): number {
  let key = next;
  for (let room = queue.room(); room > 0; room--) queue.asked(key++, nowMs);
  return key;
}

/** The peer answers at a steady rate for so many seconds. Returns the time afterwards. */
function serve(queue: RequestQueue, bytesPerSecond: number, seconds: number, fromMs = 0): number {
  let key = fill(queue, fromMs, 1_000_000 + fromMs);
  const gapMs = (BLOCK_LENGTH / bytesPerSecond) * 1000;
  let nextSecondMs = fromMs + 1000;
  let nowMs = fromMs;
  while (nowMs < fromMs + seconds * 1000) {
    nowMs += gapMs;
    const [oldest] = queue.keys();
    if (oldest !== undefined) queue.came(oldest, nowMs);
    for (; nextSecondMs <= nowMs; nextSecondMs += 1000) queue.tickSecond(bytesPerSecond);
    key = fill(queue, nowMs, key);
  }
  return nowMs;
}

describe('a request queue', () => {
  it('never owes more than the peer accepts, nor awaits what is no longer in it', () => {
    const step = fc.tuple(fc.constantFrom('fill', 'came', 'drop', 'tick', 'shrink', 'restart'), fc.nat(2_000));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), fc.array(step, { maxLength: 80, size: 'max' }), (limit, steps) => {
        const queue = new RequestQueue();
        queue.limitTo(limit);
        const owed = new Set<number>();
        let next = 0;
        let nowMs = 0;
        for (const [verb, number] of steps) {
          nowMs += number;
          const key = [...owed][number % Math.max(1, owed.size)] ?? -1;
          if (verb === 'fill') {
            const to = fill(queue, nowMs, next);
            for (; next < to; next++) owed.add(next);
          } else if (verb === 'came') assert.equal(queue.came(key, nowMs), owed.delete(key));
          else if (verb === 'drop') assert.equal(queue.drop(key), owed.delete(key));
          else if (verb === 'tick') queue.tickSecond(number * 10_000);
          else if (verb === 'shrink') queue.shrink();
          else queue.restart();
          assert.deepEqual(new Set(queue.keys()), owed);
          assert.ok(queue.room() >= 0 && queue.size <= limit, `${queue.size} of ${limit}`);
          assert.ok(queue.timeoutMs >= 2_000 && queue.timeoutMs <= 60_000);
          assert.ok(queue.overdueMs(nowMs) >= 0);
        }
      }),
    );
  });

  it('asks in batches: not before a quarter is used up', () => {
    const queue = new RequestQueue();
    let key = fill(queue, 0, 0);
    const target = queue.size;
    queue.drop(0);
    assert.equal(queue.room(), 0, 'one is not worth a write');
    while (queue.room() === 0) queue.drop([...queue.keys()][0]);
    assert.ok(queue.size <= target * 0.75 && queue.size > target * 0.6, `${queue.size} of ${target} left`);
    key = fill(queue, 0, key);
    assert.equal(queue.size, target);
  });

  it('grows with a fast peer and stays short with a slow one', () => {
    const [fast, slow] = [new RequestQueue(), new RequestQueue()];
    const rates = [8_000_000, 40_000];
    serve(fast, rates[0], 6);
    serve(slow, rates[1], 6);
    const seconds = (queue: RequestQueue, rate: number) => (queue.size * BLOCK_LENGTH) / rate;
    assert.ok(fast.size > 60, `${fast.size} blocks at 8 MB/s`);
    assert.ok(seconds(fast, rates[0]) < 3, 'what is asked for comes within seconds');
    assert.ok(slow.size <= 4, `${slow.size} blocks at 40 kB/s`);
  });

  it('waits ten seconds for a stranger, and for one it knows as long as that one makes wait', () => {
    const queue = new RequestQueue();
    assert.equal(queue.timeoutMs, 10_000);
    serve(queue, 1_000_000, 5);
    assert.equal(queue.timeoutMs, 2_000, 'a steady one has two seconds');
    const slow = new RequestQueue();
    serve(slow, BLOCK_LENGTH / 5, 60);
    assert.ok(slow.timeoutMs >= 10_000, `${slow.timeoutMs} ms for one that sends a block in five seconds`);
  });

  it('asks one that let a request time out for one block at a time, whatever its rate was', () => {
    const queue = new RequestQueue();
    const nowMs = serve(queue, 4_000_000, 5);
    queue.shrink();
    for (const key of [...queue.keys()]) queue.drop(key);
    queue.tickSecond(3_000_000);
    queue.limitTo(500);
    assert.equal(queue.room(), 1);
    queue.restart();
    assert.ok(queue.room() > 1, 'until it delivers again');
    assert.equal(queue.overdueMs(nowMs), 0);
  });
});
