import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock, seededRandom } from '@enjambre/runtime';
import fc from 'fast-check';
import { ChangeClock } from '../server/change-clock.ts';
import { SwarmStore } from '../server/swarm-store.ts';
import { Answering } from './answering.ts';
import { DOWNLOADS, type Entry, GONE, nameOf, replaces } from './entry.ts';
import { PATH_PREFIX } from './gate.ts';
import { heal } from './healing.ts';
import { Replica } from './replica.ts';
import { contentOf, peerOf } from './simulated-set.fixture.ts';

const TIMEOUT_MS = 100_000;
const MINUTE_MS = 60_000;

/** A replica whose own changes come into `changes`. */
class Lone {
  readonly clock: FakeClock;
  readonly store: SwarmStore;
  readonly replica: Replica;
  readonly changes: Entry[] = [];
  readonly #answering: Answering;

  constructor(number: number, clock = new FakeClock(), maxPeersPerSwarm = 5_000) {
    this.clock = clock;
    const stamps = new ChangeClock(() => clock.wallTime());
    const random = seededRandom(number);
    const limits = { maxPeers: 1_000, maxPeersPerSwarm, maxNumWant: 50, order: 'random' } as const;
    this.store = new SwarmStore({ ...limits, clock: stamps, random });
    this.replica = new Replica({
      ...{ store: this.store, clock, timeoutMs: TIMEOUT_MS, trackerId: Buffer.alloc(8, number) },
      onChange: (entry) => this.changes.push(entry),
    });
    this.#answering = new Answering('0'.repeat(16), this.replica);
  }

  announce(swarm: number, number: number, more: Parameters<typeof peerOf>[2] = {}): void {
    const { remaining = 1, event, ...peer } = peerOf(swarm, number, more);
    this.store.announce({ ...peer, remaining, event, numWant: 0, family: 'both' }, this.clock.now());
  }

  async compareWith(other: Lone): Promise<void> {
    const ask = async (name: string, body: Uint8Array) =>
      other.#answering.answer(PATH_PREFIX + name, Buffer.from(body));
    assert.ok((await heal(this.replica, ask)) !== undefined);
  }

  get content(): string[] {
    return contentOf(this);
  }

  get sums(): Uint32Array {
    return this.replica.tree.branches();
  }
}

const events = fc.constantFrom(undefined, 'started', 'completed', 'stopped');
const act = fc.record({
  at: fc.nat(2),
  swarm: fc.nat(2),
  number: fc.nat(5),
  peerId: fc.nat(1).map((value) => Buffer.alloc(20, value)),
  remaining: fc.nat(2),
  event: events,
  pauseMs: fc.nat(2),
});

test('any order, loss and duplication of messages ends, after a comparison, in the same everywhere: the latest word', async () => {
  const property = fc.asyncProperty(
    fc.array(act, { maxLength: 40 }),
    fc.array(fc.tuple(fc.nat(), fc.nat(2)), { maxLength: 120 }),
    async (acts, deliveries) => {
      const clock = new FakeClock();
      const all = [1, 2, 3].map((number) => new Lone(number, clock));
      for (const { at, swarm, number, pauseMs, ...more } of acts) {
        clock.advance(pauseMs);
        all[at].announce(swarm, number, more);
      }
      const said = all.flatMap(({ changes }) => changes);
      for (const [which, to] of deliveries) if (said.length > 0) all[to].replica.merge(said[which % said.length]);
      const [one, two, three] = all;
      for (const [asking, asked] of [
        [one, two],
        [two, three],
        [three, one],
        [one, two],
      ])
        await asking.compareWith(asked);

      const latest = new Map<string, Entry>();
      for (const entry of said) {
        const known = latest.get(nameOf(entry));
        if (known === undefined || replaces(entry, known)) latest.set(nameOf(entry), entry);
      }
      const there = [...latest.values()].filter(({ state }) => state < GONE);
      for (const { content, sums, store } of all) {
        assert.deepEqual(content, one.content);
        assert.deepEqual(sums, one.sums);
        assert.equal(store.totals().peers, there.length);
        for (const { infoHash, key, stamp } of there) assert.equal(store.stampOf(infoHash, key), stamp);
      }
    },
  );
  await fc.assert(property, { numRuns: 300 });
});

test('the sums are those of what is there, through announces, goodbyes, silence and forgotten deletions', async () => {
  const step = fc.oneof(act, fc.record({ silenceMs: fc.nat(3 * TIMEOUT_MS) }));
  const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
    const one = new Lone(1);
    for (const each of steps) {
      if ('silenceMs' in each) {
        one.clock.advance(each.silenceMs);
        one.store.removeSilent(one.clock.now(), TIMEOUT_MS);
        one.replica.sweep();
      } else one.announce(each.swarm, each.number, each);
    }
    const other = new Lone(2, one.clock);
    await other.compareWith(one);
    assert.deepEqual(other.content, one.content);
    assert.deepEqual(other.sums, one.sums);
  });
  await fc.assert(property, { numRuns: 300 });
});

test('what is a minute ahead, or older than a peer may be silent, changes nothing', () => {
  const one = new Lone(1);
  one.clock.advance(10 * TIMEOUT_MS);
  const now = one.clock.wallTime();
  const { infoHash, compact: key, peerId } = peerOf(1, 1);
  const merge = (atMs: number, state = 1): boolean =>
    one.replica.merge({ infoHash, key, peerId, state, stamp: ChangeClock.firstOf(atMs) });
  assert.equal(merge(now + MINUTE_MS + 1), false);
  assert.equal(merge(now + MINUTE_MS + 1, GONE), false);
  assert.equal(merge(now - TIMEOUT_MS - 1), false);
  assert.equal(merge(now - 2 * TIMEOUT_MS - 1, GONE), false);
  assert.deepEqual([one.content, one.replica.tombstones], [[], 0]);
  assert.equal(merge(now - 2 * TIMEOUT_MS, GONE), true);
  assert.equal(merge(now - TIMEOUT_MS), true);
  assert.equal(merge(now + MINUTE_MS), true);
});

test('a peer that was taken over falls silent when it does for whom it announced to', () => {
  const one = new Lone(1);
  one.clock.advance(TIMEOUT_MS);
  const { infoHash, compact: key, peerId } = peerOf(1, 1);
  const stamp = ChangeClock.firstOf(one.clock.wallTime() - 0.75 * TIMEOUT_MS);
  one.replica.merge({ infoHash, key, peerId, state: 0, stamp });
  one.clock.advance(0.25 * TIMEOUT_MS);
  one.store.removeSilent(one.clock.now(), TIMEOUT_MS);
  assert.equal(one.store.totals().peers, 1);
  one.clock.advance(1);
  one.store.removeSilent(one.clock.now(), TIMEOUT_MS);
  assert.equal(one.store.totals().peers, 0);
});

test('how many of one swarm are taken in is decided where they announce', () => {
  const one = new Lone(1, new FakeClock(), 2);
  const other = new Lone(2, one.clock);
  for (let number = 0; number < 4; number++) other.announce(1, number);
  for (const entry of other.changes) one.replica.merge(entry);
  assert.equal(one.store.totals().peers, 4);
});

test('completions are the sum of what each tracker counted, also after restarts that kept it and ones that did not', async () => {
  const clock = new FakeClock();
  const [one, two] = [new Lone(1, clock), new Lone(2, clock)];
  for (let number = 0; number < 3; number++) one.announce(1, number, { event: 'completed', remaining: 0 });
  two.announce(1, 9, { event: 'completed', remaining: 0 });
  await one.compareWith(two);
  const counted = ({ store }: Lone): number => store.counts(peerOf(1, 0).infoHash).completed;
  assert.deepEqual([counted(one), counted(two)], [4, 4]);

  const again = new Lone(1, clock);
  again.announce(1, 0, { remaining: 0 });
  again.store.restoreCompleted(peerOf(1, 0).infoHash, 4);
  again.replica.restore(one.replica.state);
  again.announce(1, 1, { event: 'completed', remaining: 0 });
  await again.compareWith(two);
  assert.deepEqual([counted(again), counted(two)], [5, 5]);

  const forgetful = new Lone(3, clock);
  await forgetful.compareWith(two);
  forgetful.announce(1, 2, { event: 'completed', remaining: 0 });
  await forgetful.compareWith(two);
  assert.deepEqual([counted(forgetful), counted(two)], [6, 6]);
});

test('completions that were counted before there was a set are our own', () => {
  const one = new Lone(1);
  one.announce(1, 1);
  one.store.restoreCompleted(peerOf(1, 1).infoHash, 7);
  one.replica.restore(undefined);
  const [kept] = one.replica.state.entries;
  assert.deepEqual([kept.state, kept.stamp, kept.key[0]], [DOWNLOADS, 7, 1]);
});

test('deletions are remembered over a restart and hold', async () => {
  const clock = new FakeClock();
  const [one, two] = [new Lone(1, clock), new Lone(2, clock)];
  one.announce(1, 1);
  await one.compareWith(two);
  clock.advance(1_000);
  one.announce(1, 1, { event: 'stopped' });
  const again = new Lone(1, clock);
  again.replica.restore(one.replica.state);
  await two.compareWith(again);
  assert.deepEqual([two.content, again.content], [[], []]);
});
