import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FirstCopies } from './first-copies.ts';

const PIECES = 12;

const piecesOf = (count: number): number[] => Array.from({ length: count }, (_, pieceIndex) => pieceIndex);

function setUp() {
  const peers = ['a', 'b', 'c'].map((name) => ({ name, has: new Set<number>() }));
  return { peers, copies: new FirstCopies({ pieces: piecesOf(PIECES), peers }) };
}

describe('the first copies of a seed', () => {
  it('go to one peer each, however many ask', () => {
    const { peers, copies } = setUp();
    const given = peers.flatMap((peer) => copies.suggest(peer, 4));
    assert.equal(new Set(given).size, PIECES);
    assert.deepEqual(copies.suggest(peers[0], 5), [], 'none is left');
  });

  it('are named so many ahead of what the peer has asked for', () => {
    const { peers, copies } = setUp();
    const [first] = copies.suggest(peers[0], 2);
    assert.deepEqual(copies.suggest(peers[0], 2), []);
    assert.equal(copies.asked(peers[0], first), true);
    assert.equal(copies.asked(peers[0], first), false, 'only its first block counts');
    assert.equal(copies.suggest(peers[0], 2).length, 1);
  });

  it('are not those that somebody has, or has asked for without being told', () => {
    const { peers, copies } = setUp();
    peers[1].has.add(3);
    assert.equal(copies.asked(peers[2], 5), false);
    const given = copies.suggest(peers[0], PIECES);
    assert.deepEqual(new Set(given), new Set([0, 1, 2, 4, 6, 7, 8, 9, 10, 11]));
  });

  it('are for others, too, when who was given them passes none on', () => {
    const { peers, copies } = setUp();
    const take = (peer: (typeof peers)[number]) => {
      const [piece] = copies.suggest(peer, 1);
      copies.asked(peer, piece);
      peer.has.add(piece);
      return piece;
    };
    const kept = Array.from({ length: 5 }, () => take(peers[0]));
    const passedOn = Array.from({ length: 5 }, () => {
      const piece = take(peers[1]);
      peers[2].has.add(piece);
      return piece;
    });
    assert.deepEqual([copies.hoards(peers[0]), copies.hoards(peers[1])], [true, false]);
    const offered = new Set(copies.suggest(peers[2], PIECES));
    assert.ok(kept.every((piece) => offered.has(piece)));
    assert.ok(!passedOn.some((piece) => offered.has(piece)));
    assert.equal(copies.hoards(peers[0]), false, 'nothing is left to be given');
  });

  it('go again to who hoarded, once somebody has a piece of it that was given to nobody else', () => {
    const { peers, copies } = setUp();
    const [hoarder, other, third] = peers;
    const kept = copies.suggest(hoarder, 5);
    for (const piece of kept) {
      copies.asked(hoarder, piece);
      hoarder.has.add(piece);
    }
    assert.equal(copies.hoards(hoarder), true);
    copies.asked(other, kept[0]);
    other.has.add(kept[0]);
    assert.equal(copies.hoards(hoarder), true, 'we gave it ourselves');
    third.has.add(kept[1]);
    assert.equal(copies.hoards(hoarder), false);
  });

  it('cost the same for each of very many pieces, though the only leecher keeps them all', () => {
    const pieceCount = 4000;
    const lookedAt = { first: 0, last: 0 };
    let looks = 0;
    const counting = (own: Set<number>) => ({
      has: {
        has(pieceIndex: number): boolean {
          looks++;
          return own.has(pieceIndex);
        },
      },
    });
    const own = new Set<number>();
    const leecher = counting(own);
    const other = counting(new Set());
    const copies = new FirstCopies({ pieces: piecesOf(pieceCount), peers: [leecher, other] });
    for (let count = 0; count < pieceCount; count++) {
      const before = looks;
      const [pieceIndex] = copies.suggest(leecher, 1);
      copies.asked(leecher, pieceIndex);
      own.add(pieceIndex);
      if (count > 20) assert.equal(copies.hoards(leecher), count < pieceCount, `piece ${count}`);
      if (count < 400) lookedAt.first += looks - before;
      if (count >= pieceCount - 400) lookedAt.last += looks - before;
    }
    assert.ok(lookedAt.last < 3 * lookedAt.first, JSON.stringify(lookedAt));
  });

  it('are all given in the end, although peers go before they have them', () => {
    const step = fc.record({ peer: fc.nat(2), does: fc.constantFrom('suggest', 'ask', 'get', 'end') });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { peers, copies } = setUp();
        const given = peers.map(() => new Set<number>());
        for (const { peer, does } of steps) {
          if (does === 'suggest') for (const piece of copies.suggest(peers[peer], 2)) given[peer].add(piece);
          else if (does === 'end') {
            copies.ended(peers[peer]);
            given[peer].clear();
          } else {
            const [piece] = given[peer].difference(peers[peer].has);
            if (piece === undefined) continue;
            copies.asked(peers[peer], piece);
            if (does === 'get') peers[peer].has.add(piece);
          }
        }
        for (const peer of peers) copies.ended(peer);
        const had = peers.reduce((all, peer) => all.union(peer.has), new Set<number>());
        assert.equal(copies.suggest(peers[0], PIECES).length, PIECES - had.size);
      }),
    );
  });
});
