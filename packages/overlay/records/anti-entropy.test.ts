import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock, seededRandom, silentLogger } from '@enjambre/runtime';
import { Membership } from '../membership/membership.ts';
import { suspicionTimesOf } from '../membership/scale.ts';
import { AntiEntropy } from './anti-entropy.ts';
import { RecordTable } from './record-table.ts';

/** A member that knows one other, and when it sent summaries, in milliseconds. */
function comparing(seed: number) {
  const clock = new FakeClock();
  const random = seededRandom(seed);
  const membership = new Membership({
    ...{ clock, random, logger: silentLogger, id: '11'.repeat(8), address: { host: '10.0.0.1', port: 6000 } },
    suspicionTimes: () => suspicionTimesOf({ known: 2, isPartial: false }),
    admits: () => true,
    spread() {},
    changed() {},
    call() {},
    accused() {},
  });
  const [kind, state, incarnation] = ['member', 'alive', clock.wallTime()] as const;
  membership.apply({ kind, id: '22'.repeat(8), state, incarnation, provides: false, address: membership.self.address });
  const summaries: number[] = [];
  const antiEntropy = new AntiEntropy({
    ...{ clock, random, membership, records: new RecordTable(), isPartial: () => false },
    partner: () => membership.table.get('22'.repeat(8)),
    send: (_to, { type }) => void (type === 'summary' && summaries.push(clock.now())),
    exchangeAll: () => assert.fail('nothing differs'),
  });
  antiEntropy.start();
  return { clock, antiEntropy, summaries };
}

test('sums are compared every 4 to 6 s, and within 2 s when somebody is back, once for all who are', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { clock, antiEntropy, summaries } = comparing(seed);
    clock.advance(6_000);
    assert.equal(summaries.length, 1);
    for (let back = 0; back < 150; back++) antiEntropy.hurry();
    clock.advance(1_100);
    assert.equal(summaries.length, 1, 'not at once: there are more to come');
    clock.advance(700);
    assert.equal(summaries.length, 2);
    clock.advance(3_400);
    assert.equal(summaries.length, 2, 'no haste afterwards');
    clock.advance(2_600);
    assert.equal(summaries.length, 3);
    antiEntropy.hurry();
    antiEntropy.stop();
    clock.advance(10_000);
    assert.equal(summaries.length, 3);
  }
});
