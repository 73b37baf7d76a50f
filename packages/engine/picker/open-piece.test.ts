import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { OpenPiece } from './open-piece.ts';

const BLOCKS = 4;
const open = () => new OpenPiece<string>(0, BLOCKS, { bytes: Buffer.alloc(0) }, false);

describe('an open piece', () => {
  it('knows each block as one of free, asked for and received, whatever is done to it', () => {
    const verb = fc.constantFrom('ask', 'askBesides', 'release', 'receive', 'disown');
    const step = fc.tuple(verb, fc.nat(BLOCKS - 1), fc.constantFrom('a', 'b', 'c'));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const piece = open();
        for (const [name, block, peer] of steps) {
          const [holder, second] = [piece.requesters[block], piece.seconds[block]];
          if (name === 'ask' && piece.isFree(block)) piece.ask(block, peer);
          else if (name === 'askBesides' && holder !== undefined && holder !== peer && second === undefined)
            piece.askBesides(block, peer);
          else if (name === 'release') piece.release(block, peer);
          else if (name === 'receive' && piece.received[block] === 0) piece.receive(block, peer);
          else if (name === 'disown') piece.disown(peer);
          const all = Array.from({ length: BLOCKS }, (_, at) => at);
          assert.equal(piece.freeCount, all.filter((at) => piece.isFree(at)).length);
          assert.equal(piece.receivedCount, all.filter((at) => piece.received[at] === 1).length);
          for (const at of all) {
            if (piece.received[at] === 1)
              assert.deepEqual([piece.requesters[at], piece.seconds[at]], [undefined, undefined]);
            assert.equal(piece.received[at] === 1, piece.suppliers[at] !== undefined);
            if (piece.requesters[at] === undefined)
              assert.equal(piece.seconds[at], undefined, 'no second without a first');
          }
          assert.equal(piece.isComplete, piece.receivedCount === BLOCKS);
        }
      }),
    );
  });

  it('moves the second asked up when the first gives the block up', () => {
    const piece = open();
    piece.ask(0, 'a');
    piece.askBesides(0, 'b');
    piece.release(0, 'a');
    assert.deepEqual([piece.requesters[0], piece.seconds[0], piece.isFree(0)], ['b', undefined, false]);
    piece.release(0, 'b');
    assert.ok(piece.isFree(0));
  });

  it('names who need not send a block that has come, also from somebody who was not asked any more', () => {
    const piece = open();
    piece.ask(0, 'a');
    piece.askBesides(0, 'b');
    assert.deepEqual(piece.receive(0, 'b'), ['a']);
    assert.deepEqual(piece.receive(1, 'c'), []);
    assert.equal(piece.freeCount, BLOCKS - 2);
  });
});
