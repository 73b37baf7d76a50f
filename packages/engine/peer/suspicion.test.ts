import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seededRandom } from '@enjambre/runtime';
import fc from 'fast-check';
import type { OpenPiece } from '../picker/open-piece.ts';
import { type ModelPeer, PickingModel } from '../picker/picking-model.fixture.ts';
import { Suspicion } from './suspicion.ts';

const PIECES = 12;
const BLOCKS = 4;
const HASH_BYTES = 20;

/** In the model a byte is a block, and a hash that byte over and over. */
const hashesOf = (piece: OpenPiece<ModelPeer>): Buffer =>
  Buffer.concat([...piece.slab.bytes].map((byte) => Buffer.alloc(HASH_BYTES, byte)));

/** Finds a verdict for each piece that waits, as the download does. Returns who was found guilty. */
function judgeAll(model: PickingModel, suspicion: Suspicion<ModelPeer>): { guilty: Set<ModelPeer>; failed: number } {
  const guilty = new Set<ModelPeer>();
  let failed = 0;
  while (model.waiting.length > 0) {
    const isGood = model.waiting[0].slab.bytes.every((byte) => byte === 0);
    const piece = model.judge(isGood ? 'good' : 'bad')!;
    const found = isGood
      ? suspicion.piecePassed(piece, suspicion.isWaitingFor(piece.pieceIndex) ? hashesOf(piece) : undefined)
      : suspicion.pieceFailed(piece, hashesOf(piece));
    if (!isGood) failed++;
    for (const peer of found) guilty.add(peer);
  }
  return { guilty, failed };
}

interface Course {
  readonly finished: boolean;
  readonly guilty: ReadonlySet<ModelPeer>;
  readonly poisoners: ReadonlySet<ModelPeer>;
  readonly failed: number;
}

/** A download from good peers and poisoners, each of which spoils one block in so many. */
function download(seed: number, goodPeers: number, spoilOneIn: readonly number[], rates: readonly number[]): Course {
  const random = seededRandom(seed);
  const model = new PickingModel({ pieceCount: PIECES, blocksPerPiece: BLOCKS, seed });
  const suspicion = new Suspicion<ModelPeer>();
  const all = Array.from({ length: goodPeers }, (_, at) => model.join(`good ${at}`));
  const poisoners = new Set(
    spoilOneIn.map((oneIn, at) => {
      const poisoner = model.join(`poisoner ${at}`);
      poisoner.value = () => (random.below(oneIn) === 0 ? 1 + random.below(255) : 0);
      return poisoner;
    }),
  );
  for (const [at, peer] of [...all, ...poisoners].entries()) {
    peer.bytesPerSecond = rates[at % rates.length];
  }
  const guilty = new Set<ModelPeer>();
  let failed = 0;
  for (let round = 0; round < 3000 && model.picker.hadCount < PIECES; round++) {
    const peers = [...model.peers];
    const peer = peers[random.below(peers.length)];
    model.pick(peer, 1 + random.below(6));
    for (let block = random.below(4); block > 0; block--) model.deliver(peer);
    const verdict = judgeAll(model, suspicion);
    failed += verdict.failed;
    for (const one of verdict.guilty) {
      guilty.add(one);
      model.picker.distrust(one);
      if (model.peers.has(one)) model.leave(one);
    }
    model.check();
  }
  return { finished: model.picker.hadCount === PIECES, guilty, poisoners, failed };
}

describe('suspicion', () => {
  it('finds only peers that sent bad data, and every download ends', () => {
    const rates = fc.array(fc.constantFrom(0, 500, 50_000, 5_000_000), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 3 }),
        rates,
        (seed, goodPeers, spoilOneIn, rateList) => {
          const { finished, guilty, poisoners } = download(seed, goodPeers, spoilOneIn, rateList);
          assert.ok(finished, 'it ends');
          assert.ok(guilty.isSubsetOf(poisoners), `only poisoners, not ${[...guilty].map(({ name }) => name)}`);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('finds one that spoils everything among three good ones after at most five bad pieces', () => {
    for (let seed = 0; seed < 50; seed++) {
      const { guilty, poisoners, failed } = download(seed, 3, [1], [1_000]);
      assert.ok(failed <= 5, `${failed} bad pieces with seed ${seed}`);
      if (failed > 0) assert.deepEqual(guilty, poisoners);
    }
  });

  it('holds a bad piece of one peer alone against that one at once', () => {
    const model = new PickingModel({ pieceCount: 1, blocksPerPiece: BLOCKS });
    const poisoner = model.join('poisoner');
    poisoner.value = () => 1;
    model.pick(poisoner, BLOCKS);
    while (model.deliver(poisoner));
    assert.deepEqual(judgeAll(model, new Suspicion<ModelPeer>()).guilty, new Set([poisoner]));
  });

  it('suspects all who had a part in a bad piece, and clears those whose blocks a good version shows to be right', () => {
    const model = new PickingModel({ pieceCount: 1, blocksPerPiece: BLOCKS });
    const suspicion = new Suspicion<ModelPeer>();
    const [good, poisoner] = [model.join('good'), model.join('poisoner')];
    poisoner.value = () => 1;
    for (const peer of [good, poisoner]) peer.bytesPerSecond = 1;
    for (const peer of [good, poisoner]) model.pick(peer, BLOCKS / 2);
    while (model.deliver(good) || model.deliver(poisoner));
    assert.equal(judgeAll(model, suspicion).guilty.size, 0, 'nobody can tell yet');
    assert.deepEqual([good.suspected, poisoner.suspected], [true, true]);
    model.pick(good, BLOCKS);
    while (model.deliver(good));
    assert.deepEqual(judgeAll(model, suspicion).guilty, new Set([poisoner]));
    assert.equal(good.suspected, false);
  });
});
