import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seededRandom } from '@enjambre/runtime';
import fc from 'fast-check';
import { type ChokeCandidate, chooseUnchoked } from './choker.ts';

const SETTINGS = { slots: 5, optimisticShare: 0.2, turnBytes: 1000, turnMs: 60_000 };
const NOW = 1_000_000;
const random = () => seededRandom(1);

const idle: ChokeCandidate = {
  interested: true,
  snubbed: false,
  downloadBytesPerSecond: 0,
  unchokedAtMs: undefined,
  waitingSinceMs: 0,
  turnBytes: 0,
  optimistic: false,
};

const anyCandidate = fc.record({
  interested: fc.boolean(),
  snubbed: fc.boolean(),
  downloadBytesPerSecond: fc.nat(1000),
  unchokedAtMs: fc.option(fc.nat(NOW), { nil: undefined }),
  waitingSinceMs: fc.nat(NOW),
  turnBytes: fc.nat(2000),
  optimistic: fc.boolean(),
});

describe('the choker', () => {
  it('fills its slots with interested peers, each once, and leaves none empty while one waits', () => {
    fc.assert(
      fc.property(fc.array(anyCandidate, { maxLength: 20 }), fc.boolean(), fc.boolean(), (all, seeding, rotate) => {
        const { regular, optimistic } = chooseUnchoked(all, { seeding, nowMs: NOW, rotate }, SETTINGS, random());
        const chosen = regular.union(optimistic);
        assert.equal(chosen.size, regular.size + optimistic.size, 'nobody has two slots');
        assert.ok([...chosen].every((candidate) => candidate.interested));
        const interested = all.filter((candidate) => candidate.interested).length;
        assert.equal(chosen.size, Math.min(SETTINGS.slots, interested));
      }),
    );
  });

  it('serves those who give most while leeching, and one newcomer: who waited longest', () => {
    const traders = [5, 9, 7, 3, 8].map((rate) => ({ ...idle, downloadBytesPerSecond: rate, waitingSinceMs: 50 }));
    const newcomers = [30, 10, 20].map((waitingSinceMs) => ({ ...idle, waitingSinceMs }));
    const situation = { seeding: false, nowMs: NOW, rotate: true };
    const { regular, optimistic } = chooseUnchoked([...traders, ...newcomers], situation, SETTINGS, random());
    assert.deepEqual(
      [...regular].map((candidate) => candidate.downloadBytesPerSecond),
      [9, 8, 7, 5],
    );
    assert.deepEqual([...optimistic], [newcomers[1]]);
  });

  it('gives nothing to a trader that lets requests time out, but by turns', () => {
    const snubbed = { ...idle, downloadBytesPerSecond: 9, snubbed: true };
    const situation = { seeding: false, nowMs: NOW, rotate: true };
    const { regular } = chooseUnchoked([snubbed, { ...idle }], situation, SETTINGS, random());
    assert.equal(regular.size, 0);
  });

  it('keeps a newcomer until its turn is over', () => {
    const present = { ...idle, optimistic: true, waitingSinceMs: 99 };
    const all = [present, ...[1, 2, 3, 4, 5].map((waitingSinceMs) => ({ ...idle, waitingSinceMs }))];
    const chosen = (rotate: boolean) =>
      chooseUnchoked(all, { seeding: false, nowMs: NOW, rotate }, SETTINGS, random()).optimistic.has(present);
    assert.deepEqual([chosen(false), chosen(true)], [true, false]);
  });

  it('ends a seeding turn only when both its bytes and its time are over', () => {
    const served = (turnBytes: number, forMs: number) => ({ ...idle, turnBytes, unchokedAtMs: NOW - forMs });
    const waiting = Array.from({ length: SETTINGS.slots }, () => ({ ...idle }));
    const stays = (candidate: ChokeCandidate) =>
      chooseUnchoked(
        [candidate, ...waiting],
        { seeding: true, nowMs: NOW, rotate: false },
        SETTINGS,
        random(),
      ).regular.has(candidate);
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
      const { regular } = chooseUnchoked(candidates, { seeding: true, nowMs, rotate: false }, SETTINGS, random());
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
