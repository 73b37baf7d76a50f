import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ProtocolError } from '../protocol-error.ts';
import { Bitfield } from './bitfield.ts';

describe('bitfield', () => {
  it('agrees with a set of numbers after any sets and clears', () => {
    const change = fc.tuple(fc.boolean(), fc.nat(36));
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const field = new Bitfield(37);
        const model = new Set<number>();
        for (const [add, pieceIndex] of changes) {
          const changed = add ? !model.has(pieceIndex) : model.delete(pieceIndex);
          if (add) model.add(pieceIndex);
          assert.equal(add ? field.set(pieceIndex) : field.clear(pieceIndex), changed);
        }
        assert.equal(field.count, model.size);
        for (let pieceIndex = 0; pieceIndex < 40; pieceIndex++) {
          assert.equal(field.has(pieceIndex), model.has(pieceIndex));
        }
        const copy = Bitfield.fromWire(field.toWire(), 37);
        assert.equal(copy.count, model.size);
        assert.deepEqual(copy.toWire(), field.toWire());
      }),
    );
  });

  it('has the high bit of the first byte for piece 0', () => {
    const field = new Bitfield(10);
    field.set(0);
    field.set(9);
    assert.deepEqual([...field.toWire()], [0x80, 0x40]);
  });

  it('is complete with every piece set and never sets a spare bit', () => {
    for (let pieceCount = 0; pieceCount <= 17; pieceCount++) {
      const field = new Bitfield(pieceCount);
      assert.equal(field.isComplete, pieceCount === 0);
      field.setAll();
      assert.ok(field.isComplete);
      assert.equal(field.has(pieceCount), false);
      assert.ok(Bitfield.fromWire(field.toWire(), pieceCount).isComplete);
    }
  });

  it('refuses the wrong length and spare bits from the wire', () => {
    assert.throws(() => Bitfield.fromWire(Uint8Array.of(0), 9), ProtocolError);
    assert.throws(() => Bitfield.fromWire(Uint8Array.of(0, 0), 8), ProtocolError);
    assert.throws(() => Bitfield.fromWire(Uint8Array.of(0), 0), ProtocolError);
    assert.throws(() => Bitfield.fromWire(Uint8Array.of(0, 0x40), 9), ProtocolError);
    assert.equal(Bitfield.fromWire(Uint8Array.of(0xff, 0x80), 9).count, 9);
  });

  it('takes an index out of range from us as our bug', () => {
    const field = new Bitfield(9);
    assert.throws(() => field.set(9), /invariant/);
    assert.throws(() => field.clear(-1), /invariant/);
    assert.equal(field.has(-1), false);
  });
});
