import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OpenPiece } from './open-piece.ts';
import { ModelPeer } from './picking-model.fixture.ts';
import { chooseStolen } from './stealing.ts';

const PIECE = 0;

/** A peer with that piece, at that rate, which owes some blocks elsewhere. */
function peerAt(bytesPerSecond: number, outstanding = 0): ModelPeer {
  const peer = new ModelPeer('peer', 1);
  peer.pieces.add(PIECE);
  peer.bytesPerSecond = bytesPerSecond;
  for (let at = 0; at < outstanding; at++) peer.owed.set(`elsewhere/${at}`, { pieceIndex: 1, blockIndex: at });
  return peer;
}

/** A piece of four blocks, all asked of the holder. */
function pieceOf(holder: ModelPeer, exclusive = false): OpenPiece<ModelPeer> {
  const piece = new OpenPiece<ModelPeer>(PIECE, 4, Buffer.alloc(0), exclusive);
  for (let block = 0; block < 4; block++) piece.ask(block, holder);
  return piece;
}

const blocks = (stolen: readonly { blockIndex: number }[]) => stolen.map(({ blockIndex }) => blockIndex);

describe('an idle peer', () => {
  it('takes blocks of a ten times slower one at once, the last first', () => {
    const slow = peerAt(50_000);
    const stolen = chooseStolen([pieceOf(slow)], peerAt(500_000), 2, false);
    assert.deepEqual(blocks(stolen), [3, 2]);
    assert.ok(stolen.every(({ isDoubled, holder }) => !isDoubled && holder === slow));
  });

  it('takes those of a three times slower one only at the end', () => {
    const thief = peerAt(150_000);
    const pieces = [pieceOf(peerAt(50_000))];
    assert.deepEqual(chooseStolen(pieces, thief, 4, false), []);
    assert.equal(chooseStolen(pieces, thief, 4, true).length, 4);
  });

  it('takes all from one that is snubbed, unless it is snubbed itself', () => {
    const snubbed = peerAt(0);
    snubbed.snubbed = true;
    const thief = peerAt(1);
    assert.equal(chooseStolen([pieceOf(snubbed)], thief, 4, false).length, 4);
    thief.snubbed = true;
    assert.equal(chooseStolen([pieceOf(snubbed)], thief, 4, false).length, 0);
  });

  it('takes nothing from one that has just begun', () => {
    const warming = peerAt(0);
    warming.isWarmingUp = true;
    assert.deepEqual(chooseStolen([pieceOf(warming)], peerAt(9_000_000), 4, false), []);
  });

  it('leaves pieces that tell the guilty from the others, and pieces it has not got', () => {
    const slow = peerAt(1);
    assert.deepEqual(chooseStolen([pieceOf(slow, true)], peerAt(9_000_000), 4, true), []);
    const stranger = peerAt(9_000_000);
    stranger.pieces.clear();
    assert.deepEqual(chooseStolen([pieceOf(slow)], stranger, 4, true), []);
  });

  it('doubles one late block in the endgame, and only while it owes nothing itself', () => {
    const holder = peerAt(100_000, 20);
    const pieces = [pieceOf(holder)];
    const [doubled, ...others] = chooseStolen(pieces, peerAt(100_000), 4, true);
    assert.deepEqual([doubled.isDoubled, doubled.blockIndex, others.length], [true, 3, 0]);
    assert.deepEqual(chooseStolen(pieces, peerAt(100_000, 1), 4, true), [], 'it has something to do');
    assert.deepEqual(chooseStolen(pieces, peerAt(100_000), 4, false), [], 'it is not the end');
    assert.deepEqual(chooseStolen([pieceOf(peerAt(1_000_000, 5))], peerAt(100_000), 4, true), [], 'it is not late');
  });

  it('doubles no block twice', () => {
    const piece = pieceOf(peerAt(100_000, 20));
    for (let block = 0; block < 4; block++) piece.askBesides(block, peerAt(100_000));
    assert.deepEqual(chooseStolen([piece], peerAt(100_000), 4, true), []);
  });
});
