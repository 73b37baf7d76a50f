import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type ModelPeer, PickingModel } from './picking-model.fixture.ts';

const PIECES = 6;
const BLOCKS = 3;

/** What may happen to a picker; the numbers choose among the peers there are. */
const EVENTS = {
  pick: (model: PickingModel, peer: ModelPeer, number: number) => void model.pick(peer, 1 + (number % 9)),
  deliver: (model: PickingModel, peer: ModelPeer) => void model.deliver(peer),
  good: (model: PickingModel) => void model.judge('good'),
  bad: (model: PickingModel) => void model.judge('bad'),
  lost: (model: PickingModel) => void model.judge('lost'),
  release(model: PickingModel, peer: ModelPeer, number: number) {
    const owed = [...peer.owed.values()];
    if (owed.length > 0) model.release(peer, owed[number % owed.length]);
  },
  choke(model: PickingModel, peer: ModelPeer) {
    model.releaseAll(peer);
    model.picker.disowned(peer);
  },
  snub(model: PickingModel, peer: ModelPeer, number: number) {
    peer.snubbed = number % 2 === 0;
    if (peer.snubbed) model.picker.disowned(peer);
  },
  suspect(_: PickingModel, peer: ModelPeer, number: number) {
    peer.suspected = number % 2 === 0;
  },
  rate(_: PickingModel, peer: ModelPeer, number: number) {
    peer.bytesPerSecond = 10 ** (number % 8);
  },
  distrust(model: PickingModel, peer: ModelPeer) {
    model.picker.distrust(peer);
    model.leave(peer);
  },
  leave: (model: PickingModel, peer: ModelPeer) => model.leave(peer),
  join: (model: PickingModel, _: ModelPeer, number: number) =>
    void model.join('late', (piece) => piece % 3 !== number % 3),
  got(model: PickingModel, peer: ModelPeer, number: number) {
    const piece = number % PIECES;
    if (peer.pieces.has(piece)) return;
    peer.pieces.add(piece);
    model.picker.peerGot(piece);
  },
};

const names = Object.keys(EVENTS) as (keyof typeof EVENTS)[];
// What a download does all the time comes more often than what goes wrong.
const event = fc.tuple(
  fc.oneof({ weight: 3, arbitrary: fc.constantFrom('pick', 'deliver', 'good') }, fc.constantFrom(...names)),
  fc.nat(1000),
  fc.nat(1000),
);
// Left alone fast-check prefers a handful of events.
const history = fc.array(event, { maxLength: 200, size: 'max' });

function run(events: readonly [string, number, number][], slabs: number): PickingModel {
  const model = new PickingModel({ pieceCount: PIECES, blocksPerPiece: BLOCKS, slabs });
  model.join('seed');
  model.join('even', (piece) => piece % 2 === 0);
  model.join('odd', (piece) => piece % 2 === 1);
  for (const [name, which, number] of events) {
    const peers = [...model.peers];
    if (peers.length === 0) model.join('next');
    else EVENTS[name as keyof typeof EVENTS](model, peers[which % peers.length], number);
    model.check();
  }
  return model;
}

describe('the picker', () => {
  it('keeps each piece in one state and asks no block of more than two, whatever happens', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 2, max: PIECES }), (events, slabs) => {
        run(events, slabs);
      }),
      { numRuns: 500 },
    );
  });

  it('has lost no piece whatever happened: one good peer finishes all', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 2, max: PIECES }), (events, slabs) => {
        const model = run(events, slabs);
        for (const peer of model.peers) model.leave(peer);
        while (model.judge('lost') !== undefined);
        model.join('good');
        assert.ok(model.finish(), 'it finishes');
      }),
      { numRuns: 500 },
    );
  });

  it('finishes among peers that are suspected, unproven and slow, as long as they deliver', () => {
    fc.assert(
      fc.property(history, (events) => {
        const model = run(events, PIECES);
        while (model.judge('lost') !== undefined);
        model.join('seed').suspected = true;
        assert.ok(model.finish(), 'it finishes');
      }),
      { numRuns: 500 },
    );
  });

  it('takes the first pieces at random and the others by rarity', () => {
    const model = new PickingModel({ pieceCount: 40, blocksPerPiece: 1 });
    const seed = model.join('seed');
    model.join('common', (piece) => piece >= 4);
    const rare = new Set([0, 1, 2, 3]);
    const first = model.pick(seed, 1)[0].pieceIndex;
    model.deliver(seed);
    model.judge('good');
    for (let piece = 39; model.picker.hadCount < 4; piece--) model.picker.pieceHad(piece);
    const left = rare.difference(new Set([first])).size;
    const next = model.pick(seed, left).map(({ pieceIndex }) => pieceIndex);
    assert.ok(new Set(next).isSubsetOf(rare), `the rare ones come next, not ${next}`);
  });

  it('asks each peer for neighbouring pieces of a torrent of very many, where none is rarer', () => {
    const model = new PickingModel({ pieceCount: 2048, blocksPerPiece: 1 });
    const [one, other] = [model.join('one'), model.join('other')];
    for (let piece = 0; piece < 4; piece++) model.picker.pieceHad(piece);
    const picked: [number[], number[]] = [[], []];
    for (let round = 0; round < 6; round++) {
      for (const [index, peer] of [one, other].entries()) {
        picked[index].push(...model.pick(peer, 4).map(({ pieceIndex }) => pieceIndex));
      }
      for (const peer of [one, other]) while (model.deliver(peer));
      while (model.judge('good') !== undefined);
    }
    for (const pieces of picked) {
      assert.equal(pieces.length, 24);
      for (const start of [0, 8, 16]) {
        assert.equal(pieces[start] % 8, 0, `it begins at the beginning of a stretch: ${pieces}`);
        for (let place = 1; place < 8; place++) assert.equal(pieces[start + place], pieces[start] + place);
      }
    }
    const rarest = 2047 - [...Array(2048).keys()].findIndex((back) => !picked.flat().includes(2047 - back));
    model.join('common', (piece) => piece !== rarest);
    assert.equal(model.pick(one, 1)[0].pieceIndex, rarest, 'the rarest comes first');
  });

  it('leaves a started piece to the peer that delivers it quickly, and shares it among slow ones', () => {
    const model = new PickingModel({ pieceCount: 20, blocksPerPiece: 16 });
    const [first, second] = [model.join('first'), model.join('second')];
    first.bytesPerSecond = second.bytesPerSecond = 1_000_000;
    assert.equal(model.pick(first, 4)[0].pieceIndex === model.pick(second, 4)[0].pieceIndex, false);

    const slow = new PickingModel({ pieceCount: 20, blocksPerPiece: 16 });
    const [third, fourth] = [slow.join('third'), slow.join('fourth')];
    third.bytesPerSecond = fourth.bytesPerSecond = 1_000;
    assert.equal(slow.pick(third, 4)[0].pieceIndex, slow.pick(fourth, 4)[0].pieceIndex);
  });

  it('lets a newcomer take part in four pieces at once, and in one more for every two that were good', () => {
    const model = new PickingModel({ pieceCount: 20, blocksPerPiece: 2 });
    const newcomer = model.join('newcomer');
    assert.equal(new Set(model.pick(newcomer, 40).map(({ pieceIndex }) => pieceIndex)).size, 4);
    while (model.deliver(newcomer));
    while (model.judge('good') !== undefined);
    assert.equal(model.pick(newcomer, 40).length, 6 * 2, 'six after the first four');
  });

  it('starts what a peer suggests before anything else, unless it is had or under way', () => {
    const model = new PickingModel({ pieceCount: 20, blocksPerPiece: 2 });
    const [seed, other] = [model.join('seed'), model.join('other')];
    const [{ pieceIndex: underWay }] = model.pick(other, 2);
    const wanted = [3, 11].filter((pieceIndex) => pieceIndex !== underWay);
    for (const pieceIndex of [underWay, ...wanted]) seed.suggested.add(pieceIndex);
    const picked = model.pick(seed, 2 * wanted.length).map(({ pieceIndex }) => pieceIndex);
    assert.deepEqual(new Set(picked), new Set(wanted));
  });

  it('gives a piece that failed to one peer alone, first to somebody who had no part in it', () => {
    const model = new PickingModel({ pieceCount: 2, blocksPerPiece: 2 });
    const [one, two] = [model.join('one'), model.join('two')];
    const failing = model.pick(one, 2)[0].pieceIndex;
    model.deliver(one);
    model.deliver(one);
    one.secondsPerBlock = two.secondsPerBlock = 0.1;
    model.judge('bad');
    const other = model.pick(two, 2)[0].pieceIndex;
    const again = other === failing ? other : model.pick(two, 2)[0].pieceIndex;
    assert.equal(again, failing, 'the one who had no part gets it');
    const piece = model.picker.openPiece(failing)!;
    assert.ok(piece.exclusive);
    assert.equal(piece.owner, two);
    assert.ok(
      model.pick(one, 4).every(({ pieceIndex }) => pieceIndex !== failing),
      'nobody joins',
    );
  });

  it('gives a piece that failed to a suspect that delivers rather than to somebody who has sent nothing yet', () => {
    const model = new PickingModel({ pieceCount: 2, blocksPerPiece: 2 });
    const [one, two] = [model.join('one'), model.join('two')];
    const [{ pieceIndex: failing }] = model.pick(one, 4);
    model.deliver(one);
    model.deliver(one);
    one.secondsPerBlock = 0.1;
    model.judge('bad');
    assert.deepEqual(model.pick(two, 2), [], 'a newcomer does not get it while the one that delivers is busy');
    assert.deepEqual(new Set(model.pick(one, 2).map(({ pieceIndex }) => pieceIndex)), new Set([failing]));
  });

  it('gives the piece of one that sends nothing to one that delivers and is idle', () => {
    const model = new PickingModel({ pieceCount: 1, blocksPerPiece: 2 });
    const [one, two] = [model.join('one'), model.join('two')];
    model.pick(one, 2);
    model.deliver(one);
    model.deliver(one);
    model.judge('bad');
    assert.equal(model.pick(two, 2).length, 2, 'a newcomer gets it while no other has sent a block');
    one.secondsPerBlock = 0.1;
    two.isWarmingUp = true;
    assert.deepEqual(model.pick(one, 2), [], 'not before it had a chance');
    two.isWarmingUp = false;
    assert.equal(model.pick(one, 2).length, 2);
    assert.equal(two.outstandingCount, 0);
    assert.equal(model.picker.openPiece(0)!.owner, one);
  });

  it('lets a suspect take over no piece in which it may take no part', () => {
    const model = new PickingModel({ pieceCount: 5, blocksPerPiece: 2 });
    const suspect = model.join('suspect');
    suspect.suspected = true;
    assert.equal(model.pick(suspect, 20).length, 8, 'its four pieces');
    const other = model.join('other');
    const [{ pieceIndex }] = model.pick(other, 2);
    model.deliver(other);
    model.leave(other);
    assert.deepEqual(model.pick(suspect, 20), []);
    const piece = model.picker.openPiece(pieceIndex)!;
    assert.deepEqual([piece.owner, piece.exclusive, piece.receivedCount], [undefined, false, 1]);
  });
});
