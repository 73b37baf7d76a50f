import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hexagon, hexagonFilled } from './hexagon.ts';

/** Of the polygon that a path draws. */
function areaOf(path: string): number {
  const points = [...path.matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
  const sum = points.reduce((total, [x, y], index) => {
    const [nextX, nextY] = points[(index + 1) % points.length];
    return total + x * nextY - nextX * y;
  }, 0);
  return Math.abs(sum) / 2;
}

describe('a cell', () => {
  it('is filled from below, half of it at one half', () => {
    const whole = areaOf(hexagon(10, 10, 8));
    assert.ok(Math.abs(whole - (3 * Math.sqrt(3) * 64) / 2) < 0.5);
    assert.ok(Math.abs(areaOf(hexagonFilled(10, 10, 8, 0.5)) - whole / 2) < 0.5);
    assert.equal(areaOf(hexagonFilled(10, 10, 8, 1)), whole);
    assert.ok(areaOf(hexagonFilled(10, 10, 8, 0.1)) < whole / 10);
  });

  it('that is empty draws nothing', () => {
    assert.equal(areaOf(hexagonFilled(10, 10, 8, 0)), 0);
  });
});
