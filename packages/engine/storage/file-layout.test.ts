import assert from 'node:assert/strict';
import { it } from 'node:test';
import { PieceGeometry } from '@enjambre/metainfo';
import fc from 'fast-check';
import { fileSpans, pieceSpans, type StoreFile } from './file-layout.ts';

const someFiles = fc.array(fc.nat(50), { minLength: 1, maxLength: 12 }).map((sizes) => {
  let offset = 0;
  return sizes.map((size, index): StoreFile => {
    const file = { path: String(index), size, offset, padding: false };
    offset += size;
    return file;
  });
});
const sizeOf = (files: readonly StoreFile[]): number => files.reduce((sum, { size }) => sum + size, 0);

it('covers any range once, in order, without a gap and without empty spans', () => {
  fc.assert(
    fc.property(someFiles, fc.nat(), fc.nat(), (files, one, other) => {
      const total = sizeOf(files);
      const start = one % (total + 1);
      const length = other % (total - start + 1);
      let at = start;
      for (const { fileIndex, fileOffset, length: part } of fileSpans(files, start, length)) {
        const file = files[fileIndex];
        assert.equal(file.offset + fileOffset, at);
        assert.ok(part > 0 && fileOffset + part <= file.size);
        at += part;
      }
      assert.equal(at, start + length);
    }),
  );
});

it('lays the pieces of a torrent over every byte of every file', () => {
  fc.assert(
    fc.property(someFiles, fc.integer({ min: 1, max: 40 }), (files, pieceLength) => {
      const geometry = new PieceGeometry(sizeOf(files), pieceLength);
      const covered = files.map(() => 0);
      for (let pieceIndex = 0; pieceIndex < geometry.pieceCount; pieceIndex++) {
        const spans = pieceSpans({ files, geometry, pieceHashes: new Uint8Array() }, pieceIndex);
        for (const { fileIndex, fileOffset, length } of spans) {
          assert.equal(fileOffset, covered[fileIndex]);
          covered[fileIndex] += length;
        }
      }
      assert.deepEqual(
        covered,
        files.map(({ size }) => size),
      );
    }),
  );
});
