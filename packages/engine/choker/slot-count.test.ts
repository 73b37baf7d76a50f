import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SlotCount } from './slot-count.ts';

/** Rounds of choking with an uplink that fills so many slots. @returns the slots of each round */
function rounds(count: number, filledBy: number, isWanted = true, most = 50): number[] {
  const slotCount = new SlotCount();
  return Array.from({ length: count }, () => {
    slotCount.adapt(100_000 * Math.min(slotCount.slots, filledBy), isWanted, most);
    return slotCount.slots;
  });
}

describe('the number of slots', () => {
  it('grows until the uplink is full and stays there, but for a trial now and then', () => {
    const slots = rounds(60, 12);
    assert.ok(
      slots.slice(20).every((count) => count === 12 || count === 13),
      `${slots}`,
    );
    assert.ok(slots.slice(20).filter((count) => count === 13).length <= 5, `${slots}`);
  });

  it('stays small where a few peers fill the uplink', () => {
    assert.equal(Math.max(...rounds(60, 3)), 6);
  });

  it('does not grow while nobody waits, nor beyond what the session allows', () => {
    assert.equal(Math.max(...rounds(60, 50, false)), 5);
    assert.equal(Math.max(...rounds(60, 50, true, 8)), 8);
  });

  it('draws no conclusion from a rate that changes by itself', () => {
    const slotCount = new SlotCount();
    for (let rate = 1000; rate < 1e9; rate *= 2) slotCount.adapt(rate, true, 50);
    assert.equal(slotCount.slots, 5);
  });
});
