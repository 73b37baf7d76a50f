import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { PieceSet } from './piece-set.ts';
import { decodeResumeRecord, encodeResumeRecord, type ResumeRecord } from './resume-record.ts';

const infoHash = 'ab'.repeat(20);
const someTime = fc.bigInt({ min: -1n, max: 2n ** 63n });
const someFile = fc.option(
  fc.tuple(fc.maxSafeNat(), someTime).map(([size, mtimeNs]) => ({ size, mtimeNs })),
  { nil: undefined },
);
const someRecord = fc
  .tuple(
    fc.array(fc.boolean(), { maxLength: 40 }),
    fc.array(someFile, { maxLength: 5 }),
    fc.dictionary(fc.string(), fc.nat()),
  )
  .map(([had, files, extra]) => {
    const pieces = new PieceSet(had.length);
    had.forEach((has, pieceIndex) => {
      if (has) pieces.add(pieceIndex);
    });
    const record: ResumeRecord = { infoHash, pieces: pieces.bytes, files, extra: { ...extra } };
    return { record, torrent: { infoHash, pieceCount: had.length, fileCount: files.length } };
  });

it('comes back as it was written', () => {
  fc.assert(
    fc.property(someRecord, ({ record, torrent }) => {
      const back = decodeResumeRecord(encodeResumeRecord(record), torrent)!;
      assert.deepEqual(Buffer.from(back.pieces), Buffer.from(record.pieces));
      assert.deepEqual(back.files, record.files);
      assert.deepEqual({ ...back.extra }, { ...record.extra });
    }),
  );
});

it('is not believed with any byte changed, or cut off anywhere', () => {
  fc.assert(
    fc.property(someRecord, fc.nat(), fc.integer({ min: 1, max: 255 }), ({ record, torrent }, at, difference) => {
      const bytes = Buffer.from(encodeResumeRecord(record));
      // The last byte is only the end of the line.
      const place = at % (bytes.length - 1);
      assert.equal(decodeResumeRecord(bytes.subarray(0, place).toString(), torrent), undefined);
      bytes[place] ^= difference;
      assert.equal(decodeResumeRecord(bytes.toString(), torrent), undefined);
    }),
  );
});

it('is not believed for another torrent, or another shape of it', () => {
  const record = { infoHash, pieces: new Uint8Array(2), files: [undefined], extra: {} };
  const text = encodeResumeRecord(record);
  const torrent = { infoHash, pieceCount: 9, fileCount: 1 };
  assert.ok(decodeResumeRecord(text, torrent));
  assert.equal(decodeResumeRecord(text, { ...torrent, infoHash: 'cd'.repeat(20) }), undefined);
  assert.equal(decodeResumeRecord(text, { ...torrent, pieceCount: 17 }), undefined);
  assert.equal(decodeResumeRecord(text, { ...torrent, fileCount: 2 }), undefined);
});
