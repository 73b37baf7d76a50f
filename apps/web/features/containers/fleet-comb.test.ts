import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeContainer, makeStatus } from '../../fleet/container.fixture.ts';
import { createFormat } from '../../lib/format.ts';
import { combOf } from './fleet-comb.ts';

const NOW = 1_000_000;
const format = createFormat('en');

describe('the comb of a fleet', () => {
  it('has a cell for each container, as full as it is', () => {
    const half = makeContainer(2, { status: makeStatus({ progress: 50 }) });
    const { cells } = combOf([half, makeContainer(1)], NOW, format);
    assert.deepEqual(
      cells.map(({ filled, tone }) => [filled, tone]),
      [
        [0.25, 'flow'],
        [0.5, 'flow'],
      ],
    );
  });

  it('never grows beyond its place: then a cell stands for several, and shows the one that needs somebody', () => {
    const many = Array.from({ length: 1_000 }, (_, number) => makeContainer(number));
    const silent = makeContainer(1_000, { health: 'unreachable' });
    const comb = combOf([...many, silent], NOW, format);
    assert.ok(comb.cells.length <= 72 && comb.width <= 340 && comb.height <= 48, JSON.stringify(comb.cells.length));
    assert.deepEqual(
      comb.cells.filter(({ tone }) => tone === 'wait').map(({ filled }) => filled),
      [0.25],
    );
  });

  it('draws no two cells over each other', () => {
    const { cells } = combOf(
      Array.from({ length: 60 }, (_, number) => makeContainer(number)),
      NOW,
      format,
    );
    const near = cells.some((a, i) => cells.some((b, j) => i < j && Math.hypot(a.x - b.x, a.y - b.y) < 12));
    assert.equal(near, false);
  });
});
