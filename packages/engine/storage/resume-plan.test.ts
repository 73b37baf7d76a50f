import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { pieceSpans } from './file-layout.ts';
import { PieceSet } from './piece-set.ts';
import { madeTorrent } from './piece-store.contract.ts';
import { planResume } from './resume-plan.ts';

/** Per file: as recorded, changed, too short, gone. */
const someFate = fc.constantFrom('same', 'newer', 'shorter', 'gone', 'unrecorded');

it('believes a piece only when all its files are as recorded, and checks it only when all may hold it', () => {
  const sizes = fc.array(fc.nat(60), { minLength: 1, maxLength: 8 });
  const fates = fc.array(someFate, { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(sizes, fates, fc.nat(), (someSizes, someFates, hadBits) => {
      const { layout } = madeTorrent(someSizes, 16);
      const { pieceCount } = layout.geometry;
      const found = layout.files.map(({ size }, index) => {
        const fate = someFates[index];
        if (fate === 'gone') return undefined;
        return { size: fate === 'shorter' ? Math.max(0, size - 1) : size, mtimeNs: fate === 'newer' ? 2n : 1n };
      });
      const files = layout.files.map(({ size }, index) => {
        return someFates[index] === 'unrecorded' ? undefined : { size, mtimeNs: 1n };
      });
      const pieces = new PieceSet(pieceCount);
      for (let pieceIndex = 0; pieceIndex < pieceCount; pieceIndex++)
        if ((hadBits >> pieceIndex) & 1) pieces.add(pieceIndex);
      const plan = planResume(layout, found, { infoHash: '', pieces: pieces.bytes, files, extra: {} });
      for (let pieceIndex = 0; pieceIndex < pieceCount; pieceIndex++) {
        const touched = pieceSpans(layout, pieceIndex).map(({ fileIndex }) => someFates[fileIndex]);
        const unchanged = touched.every((fate) => fate === 'same');
        assert.equal(plan.had.has(pieceIndex), unchanged && pieces.has(pieceIndex));
        if (unchanged || touched.includes('gone')) assert.ok(!plan.toCheck.includes(pieceIndex));
        else if (!touched.includes('shorter')) assert.ok(plan.toCheck.includes(pieceIndex));
      }
    }),
  );
});

it('checks every piece whose bytes may be there when there is no record', () => {
  const { layout } = madeTorrent([40, 40], 16);
  const plan = planResume(layout, [{ size: 40, mtimeNs: 1n }, undefined], undefined);
  assert.equal(plan.had.count, 0);
  assert.deepEqual(plan.toCheck, [0, 1]);
});
