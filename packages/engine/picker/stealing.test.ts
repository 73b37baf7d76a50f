import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OpenPiece } from './open-piece.ts';
import { ModelPeer } from './picking-model.fixture.ts';
import { chooseStolen, type StealingSituation } from './stealing.ts';

const PIECE = 0;
const MIDDLE: StealingSituation = { atTheEnd: false, hasNothingNew: false, inVain: 0 };
const END: StealingSituation = { atTheEnd: true, hasNothingNew: true, inVain: 0 };

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
  const piece = new OpenPiece<ModelPeer>(PIECE, 4, { bytes: Buffer.alloc(0) }, exclusive);
  for (let block = 0; block < 4; block++) piece.ask(block, holder);
  return piece;
}

const blocks = (stolen: readonly { blockIndex: number }[]) => stolen.map(({ blockIndex }) => blockIndex);

describe('an idle peer', () => {
  it('takes blocks of a ten times slower one at once, the last first', () => {
    const slow = peerAt(50_000);
    const stolen = chooseStolen([pieceOf(slow)], peerAt(500_000), 2, MIDDLE);
    assert.deepEqual(blocks(stolen), [3, 2]);
    assert.ok(stolen.every(({ isDoubled, holder }) => !isDoubled && holder === slow));
  });

  it('takes those of a three times slower one only at the end', () => {
    const thief = peerAt(150_000);
    const pieces = [pieceOf(peerAt(50_000))];
    assert.deepEqual(chooseStolen(pieces, thief, 4, MIDDLE), []);
    assert.equal(chooseStolen(pieces, thief, 4, END).length, 4);
  });

  it('takes all from one that is snubbed, unless it is snubbed itself', () => {
    const snubbed = peerAt(0);
    snubbed.snubbed = true;
    const thief = peerAt(1);
    assert.equal(chooseStolen([pieceOf(snubbed)], thief, 4, MIDDLE).length, 4);
    thief.snubbed = true;
    assert.equal(chooseStolen([pieceOf(snubbed)], thief, 4, MIDDLE).length, 0);
  });

  it('takes all from one that never sent a block, if it has sent some itself, also what two such are asked for', () => {
    const [silent, second] = [peerAt(0), peerAt(0)];
    const piece = pieceOf(silent);
    piece.askBesides(0, second);
    const thief = peerAt(0);
    assert.deepEqual(chooseStolen([piece], thief, 4, MIDDLE), [], 'one silent peer takes nothing from another');
    thief.secondsPerBlock = 0.1;
    assert.deepEqual(blocks(chooseStolen([piece], thief, 4, MIDDLE)), [3, 2, 1, 0]);
    second.isWarmingUp = true;
    assert.deepEqual(blocks(chooseStolen([piece], thief, 4, MIDDLE)), [3, 2, 1], 'the second may still send it');
  });

  it('takes nothing from one that has just begun', () => {
    const warming = peerAt(0);
    warming.isWarmingUp = true;
    assert.deepEqual(chooseStolen([pieceOf(warming)], peerAt(9_000_000), 4, MIDDLE), []);
  });

  it('leaves pieces that tell the guilty from the others, and pieces it has not got', () => {
    const slow = peerAt(1);
    assert.deepEqual(chooseStolen([pieceOf(slow, true)], peerAt(9_000_000), 4, END), []);
    const stranger = peerAt(9_000_000);
    stranger.pieces.clear();
    assert.deepEqual(chooseStolen([pieceOf(slow)], stranger, 4, END), []);
  });

  it('doubles one late block in the endgame, and only while it owes nothing itself', () => {
    const holder = peerAt(100_000, 20);
    const pieces = [pieceOf(holder)];
    const [doubled, ...others] = chooseStolen(pieces, peerAt(40_000), 4, END);
    assert.deepEqual([doubled.isDoubled, doubled.blockIndex, others.length], [true, 3, 0]);
    assert.deepEqual(chooseStolen(pieces, peerAt(40_000, 1), 4, END), [], 'it has something to do');
    assert.deepEqual(chooseStolen(pieces, peerAt(40_000), 4, MIDDLE), [], 'it is not the end');
    assert.deepEqual(chooseStolen([pieceOf(peerAt(1_000_000, 5))], peerAt(40_000), 4, END), [], 'it is not late');
  });

  it('doubles one block at a time, whoever was asked for it', () => {
    const piece = pieceOf(peerAt(100_000, 20));
    piece.askBesides(0, peerAt(100_000));
    assert.deepEqual(chooseStolen([piece], peerAt(40_000), 4, END), []);
    piece.receive(0, peerAt(100_000));
    assert.equal(chooseStolen([piece], peerAt(40_000), 4, END).length, 1);
  });

  it('doubles a block that comes four times as late once one was in vain', () => {
    const [late, later] = [peerAt(100_000, 20), peerAt(100_000, 40)];
    const wasteful = { ...END, inVain: 1 };
    assert.deepEqual(chooseStolen([pieceOf(late)], peerAt(40_000), 4, wasteful), []);
    assert.equal(chooseStolen([pieceOf(later)], peerAt(40_000), 4, wasteful).length, 1);
  });

  it('leaves the two that a slow one sends next, unless it is snubbed', () => {
    const slow = peerAt(50_000);
    slow.secondsPerBlock = 1;
    const piece = pieceOf(slow);
    for (let blockIndex = 0; blockIndex < 4; blockIndex++) {
      slow.owed.set(`${PIECE}/${blockIndex}`, { pieceIndex: PIECE, blockIndex });
    }
    assert.deepEqual(blocks(chooseStolen([piece], peerAt(500_000), 4, MIDDLE)), [3, 2]);
    slow.snubbed = true;
    assert.deepEqual(blocks(chooseStolen([piece], peerAt(500_000), 4, MIDDLE)), [3, 2, 1, 0]);
  });

  it('takes over the end of a long queue of one as quick, when it has nothing else to do', () => {
    const holder = peerAt(0, 5);
    holder.isWarmingUp = true;
    holder.secondsPerBlock = 0.2;
    const pieces = [pieceOf(holder)];
    const idle = { ...MIDDLE, hasNothingNew: true };
    assert.deepEqual(blocks(chooseStolen(pieces, peerAt(0), 4, idle)), [3, 2]);
    assert.deepEqual(chooseStolen(pieces, peerAt(0), 4, MIDDLE), [], 'there is only no memory for a new piece');
    assert.deepEqual(chooseStolen(pieces, peerAt(0, 1), 4, idle), [], 'it has something to do');
    holder.bytesPerSecond = 100_000;
    assert.deepEqual(chooseStolen(pieces, peerAt(10_000), 4, idle), [], 'it is slower');
    holder.bytesPerSecond = 0;
    holder.secondsPerBlock = 0.02;
    assert.deepEqual(chooseStolen(pieces, peerAt(0), 4, idle), [], 'all that is owed is on its way');
  });
});
