import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seededRandom } from '@enjambre/runtime';
import fc from 'fast-check';
import { type ChokeCandidate, chooseNext, chooseUnchoked } from './choker.ts';

const SETTINGS = { slots: 5, optimisticShare: 0.2, leastTurnMs: 8_000, turnBytes: 1000, turnMs: 60_000 };
const NOW = 1_000_000;
const random = () => seededRandom(1);

const idle: ChokeCandidate = {
  interested: true,
  snubbed: false,
  givenBytesPerSecond: 0,
  unchokedAtMs: undefined,
  waitingSinceMs: 0,
  lastGotAtMs: NOW,
  hoards: false,
  turnBytes: 0,
  optimistic: false,
};

const anyCandidate = fc.record({
  interested: fc.boolean(),
  snubbed: fc.boolean(),
  givenBytesPerSecond: fc.nat(1000),
  unchokedAtMs: fc.option(fc.nat(NOW), { nil: undefined }),
  waitingSinceMs: fc.nat(NOW),
  lastGotAtMs: fc.nat(NOW),
  hoards: fc.boolean(),
  turnBytes: fc.nat(2000),
  optimistic: fc.boolean(),
});

describe('the choker', () => {
  it('fills its slots with interested peers, each once, and leaves none empty while one waits', () => {
    fc.assert(
      fc.property(fc.array(anyCandidate, { maxLength: 20 }), fc.boolean(), (all, seeding) => {
        const { regular, optimistic } = chooseUnchoked(all, { seeding, nowMs: NOW }, SETTINGS, random());
        const chosen = regular.union(optimistic);
        assert.equal(chosen.size, regular.size + optimistic.size, 'nobody has two slots');
        assert.ok([...chosen].every((candidate) => candidate.interested));
        const interested = all.filter((candidate) => candidate.interested).length;
        assert.equal(chosen.size, Math.min(SETTINGS.slots, interested));
      }),
    );
  });

  it('serves those who give most while leeching, and one newcomer: who waited longest', () => {
    const traders = [5, 9, 7, 3, 8].map((rate) => ({ ...idle, givenBytesPerSecond: rate, waitingSinceMs: 50 }));
    const newcomers = [30, 10, 20].map((waitingSinceMs) => ({ ...idle, waitingSinceMs }));
    const situation = { seeding: false, nowMs: NOW };
    const { regular, optimistic } = chooseUnchoked([...traders, ...newcomers], situation, SETTINGS, random());
    assert.deepEqual(
      [...regular].map((candidate) => candidate.givenBytesPerSecond),
      [9, 8, 7, 5],
    );
    assert.deepEqual([...optimistic], [newcomers[1]]);
  });

  it('gives nothing to a trader that lets requests time out, but by turns', () => {
    const snubbed = { ...idle, givenBytesPerSecond: 9, snubbed: true };
    const situation = { seeding: false, nowMs: NOW };
    const { regular } = chooseUnchoked([snubbed, { ...idle }], situation, SETTINGS, random());
    assert.equal(regular.size, 0);
  });

  it('keeps a newcomer whose turn has just begun', () => {
    const all = [1, 2, 3, 4, 5].map((waitingSinceMs) => ({ ...idle, waitingSinceMs }));
    const isKept = (servedMs: number) => {
      const present = { ...idle, optimistic: true, unchokedAtMs: NOW - servedMs };
      const situation = { seeding: false, nowMs: NOW };
      return chooseUnchoked([present, ...all], situation, SETTINGS, random()).optimistic.has(present);
    };
    assert.deepEqual([isKept(7_999), isKept(8_000)], [true, false]);
  });

  it('gives the next turn to who waits, however long ago those who are served came', () => {
    const served = { ...idle, optimistic: true, unchokedAtMs: NOW - 30_000, waitingSinceMs: 0 };
    const all = [served, ...[1, 2, 3, 4, 5].map((at) => ({ ...idle, waitingSinceMs: NOW - at }))];
    const situation = { seeding: false, nowMs: NOW };
    assert.deepEqual(chooseUnchoked(all, situation, SETTINGS, random()).optimistic, new Set(all.slice(1)));
  });

  it('counts the waiting of who has got nothing yet, or for long, thrice', () => {
    const waiting = { ...idle, waitingSinceMs: NOW - 18_000 };
    const isNext = (forMs: number, lastGotAtMs: number) => {
      const other = { ...idle, lastGotAtMs, waitingSinceMs: NOW - forMs };
      return chooseNext([waiting, other], { seeding: false, nowMs: NOW }, SETTINGS)?.candidate === other;
    };
    for (const longAgo of [Number.NEGATIVE_INFINITY, NOW - 21_000]) {
      assert.deepEqual([isNext(7_000, longAgo), isNext(5_000, longAgo)], [true, false]);
    }
    assert.equal(isNext(7_000, NOW - 19_000), false);
  });

  it('fills a free slot by turns first, then with who gives most', () => {
    const byTurns = { ...idle, optimistic: true, unchokedAtMs: NOW };
    const [longest, giver] = [idle, { ...idle, givenBytesPerSecond: 5, waitingSinceMs: 9 }];
    const next = (seeding: boolean, ...served: ChokeCandidate[]) =>
      chooseNext([longest, giver, ...served], { seeding, nowMs: NOW }, SETTINGS);
    assert.deepEqual(next(false), { candidate: longest, optimistic: true });
    assert.deepEqual(next(false, byTurns), { candidate: giver, optimistic: false });
    assert.deepEqual(next(true, byTurns)?.candidate, longest);
    assert.equal(chooseNext([byTurns], { seeding: false, nowMs: NOW }, SETTINGS), undefined);
  });

  it('serves who hoards only when nobody else wants to be served', () => {
    const hoarder = { ...idle, hoards: true, unchokedAtMs: NOW };
    const others = Array.from({ length: SETTINGS.slots }, () => ({ ...idle, waitingSinceMs: NOW }));
    const isServed = (count: number) =>
      chooseUnchoked(
        [hoarder, ...others.slice(0, count)],
        { seeding: true, nowMs: NOW },
        SETTINGS,
        random(),
      ).regular.has(hoarder);
    assert.deepEqual([isServed(SETTINGS.slots), isServed(SETTINGS.slots - 1)], [false, true]);
  });

  it('ends a seeding turn only when both its bytes and its time are over', () => {
    const served = (turnBytes: number, forMs: number) => ({ ...idle, turnBytes, unchokedAtMs: NOW - forMs });
    const waiting = Array.from({ length: SETTINGS.slots }, () => ({ ...idle }));
    const stays = (candidate: ChokeCandidate) =>
      chooseUnchoked([candidate, ...waiting], { seeding: true, nowMs: NOW }, SETTINGS, random()).regular.has(candidate);
    assert.deepEqual(
      [stays(served(2000, 90_000)), stays(served(500, 90_000)), stays(served(2000, 30_000))],
      [false, true, true],
    );
  });

  it('serves everybody while seeding within as many turns as it takes', () => {
    const all = Array.from({ length: 17 }, (_, waitingSinceMs) => ({ ...idle, waitingSinceMs }));
    const served = new Set<ChokeCandidate>();
    let candidates: ChokeCandidate[] = all;
    const names = new Map<ChokeCandidate, ChokeCandidate>(all.map((one) => [one, one]));
    for (let turn = 0; turn < Math.ceil(all.length / SETTINGS.slots); turn++) {
      const nowMs = NOW + turn * SETTINGS.turnMs;
      const { regular } = chooseUnchoked(candidates, { seeding: true, nowMs }, SETTINGS, random());
      for (const one of regular) served.add(names.get(one)!);
      candidates = candidates.map((one) => {
        const wasServed = one.unchokedAtMs !== undefined;
        const next = regular.has(one)
          ? { ...one, unchokedAtMs: one.unchokedAtMs ?? nowMs, turnBytes: SETTINGS.turnBytes }
          : { ...one, unchokedAtMs: undefined, waitingSinceMs: wasServed ? nowMs : one.waitingSinceMs };
        names.set(next, names.get(one)!);
        return next;
      });
    }
    assert.equal(served.size, all.length);
  });
});
