import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { BlockRange } from '../wire/message.ts';
import { Backlog } from './backlog.ts';

const range = (pieceIndex: number): BlockRange => ({ pieceIndex, begin: 0, length: 16_384 });

/** What may be done with a backlog and an array alike: both say what came out. */
const actions: Readonly<Record<string, (backlog: Backlog, model: BlockRange[], piece: number) => [unknown, unknown]>> =
  {
    push: (backlog, model, piece) => [backlog.push(range(piece)), void model.push(range(piece))],
    shift: (backlog, model) => [backlog.shift(), model.shift()],
    at: (backlog, model, piece) => [backlog.at(piece), model[piece]],
    remove: (backlog, model, piece) => {
      const at = model.findIndex(({ pieceIndex }) => pieceIndex === piece);
      return [backlog.remove(range(piece)), model.splice(at, at < 0 ? 0 : 1).length === 1];
    },
    sift: (backlog, model, piece) => {
      const isKept = ({ pieceIndex }: BlockRange) => pieceIndex % 5 !== piece % 5;
      const out = model.filter((one) => !isKept(one));
      model.splice(0, model.length, ...model.filter(isKept));
      return [backlog.sift(isKept), out];
    },
  };

test('a backlog is a queue from which any may be taken out', () => {
  const step = fc.tuple(
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom('push', 'shift') }, fc.constantFrom(...Object.keys(actions))),
    fc.nat(40),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const backlog = new Backlog();
      const model: BlockRange[] = [];
      for (const [name, piece] of steps) {
        assert.deepEqual(...actions[name](backlog, model, piece));
        assert.equal(backlog.length, model.length);
      }
    }),
    { seed: 1 },
  );
});

test('a backlog of thousands keeps its order while it is served', () => {
  const backlog = new Backlog();
  const taken: (number | undefined)[] = [];
  for (let piece = 0; piece < 4000; piece++) {
    backlog.push(range(piece));
    if (piece % 2 === 1) taken.push(backlog.shift()?.pieceIndex);
  }
  while (backlog.length > 0) taken.push(backlog.shift()?.pieceIndex);
  assert.deepEqual(taken, [...Array(4000).keys()]);
  backlog.push(range(1));
  backlog.clear();
  assert.equal(backlog.shift(), undefined);
});
