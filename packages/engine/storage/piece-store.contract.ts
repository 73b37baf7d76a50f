// What every piece store does, whatever it keeps its pieces in. An implementation joins with a way to make one.

import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { describe, it } from 'node:test';
import { BLOCK_LENGTH, PieceGeometry } from '@enjambre/metainfo';
import { seededRandom } from '@enjambre/runtime';
import type { StoreFile, StoreLayout } from './file-layout.ts';
import type { PieceStore } from './piece-store.ts';

/** Makes a store of that layout, with that content to begin with; the test closes it. */
export type MakePieceStore = (layout: StoreLayout, content?: Uint8Array) => Promise<PieceStore>;

const PIECE_LENGTH = 3 * BLOCK_LENGTH;

/** A layout and its content. A file's size may be given as -n: a padding file of n bytes. */
export function madeTorrent(
  sizes: readonly number[],
  pieceLength = PIECE_LENGTH,
  seed = 1,
): { layout: StoreLayout; content: Buffer } {
  const files: StoreFile[] = [];
  let offset = 0;
  for (const [index, signed] of sizes.entries()) {
    const size = Math.abs(signed);
    files.push({ path: `made/${index % 3 === 2 ? 'deep/er/' : ''}file-${index}`, size, offset, padding: signed < 0 });
    offset += size;
  }
  const content = Buffer.from(seededRandom(seed).bytes(offset));
  for (const file of files) if (file.padding) content.fill(0, file.offset, file.offset + file.size);
  const geometry = new PieceGeometry(offset, pieceLength);
  const pieceHashes = new Uint8Array(20 * geometry.pieceCount);
  for (let pieceIndex = 0; pieceIndex < geometry.pieceCount; pieceIndex++) {
    const piece = content.subarray(pieceIndex * pieceLength, (pieceIndex + 1) * pieceLength);
    pieceHashes.set(hash('sha1', piece, 'buffer'), 20 * pieceIndex);
  }
  return { layout: { files, geometry, pieceHashes }, content };
}

/** Puts that piece into the store as an engine would. */
export async function putPiece(
  store: PieceStore,
  layout: StoreLayout,
  content: Buffer,
  pieceIndex: number,
): Promise<boolean> {
  const slab = store.takeSlab(pieceIndex);
  assert.ok(slab !== undefined);
  content.copy(slab.bytes, 0, pieceIndex * layout.geometry.pieceLength);
  return (await store.finish(pieceIndex, slab, false)).verified;
}

/** The pieces that `open` finds. */
export async function openedPieces(store: PieceStore): Promise<number[]> {
  const found: number[] = [];
  await store.open((pieceIndex) => found.push(pieceIndex));
  return found.sort((one, other) => one - other);
}

export function pieceStoreContract(name: string, make: MakePieceStore): void {
  describe(`${name} is a piece store`, () => {
    const sizes = [PIECE_LENGTH + 100, 0, 7, -(BLOCK_LENGTH - 107), 2 * PIECE_LENGTH, 0, 12_345];
    const { layout, content } = madeTorrent(sizes);
    const { pieceCount, pieceLength } = layout.geometry;
    const all = Array.from({ length: pieceCount }, (_, pieceIndex) => pieceIndex);

    it('has nothing at first, and after each good piece what was put in', async () => {
      const store = await make(layout);
      assert.deepEqual(await openedPieces(store), []);
      for (const pieceIndex of all.toReversed()) {
        assert.ok(await putPiece(store, layout, content, pieceIndex));
        const view = await store.read(pieceIndex, 5, 1000);
        const start = pieceIndex * pieceLength + 5;
        assert.deepEqual(Buffer.from(view.bytes), content.subarray(start, start + 1000));
        view.release();
      }
      await store.close();
    });

    it('finds all of a content that was there before', async () => {
      const store = await make(layout, content);
      assert.deepEqual(await openedPieces(store), all);
      const view = await store.read(1, 0, layout.geometry.pieceSize(1));
      assert.deepEqual(Buffer.from(view.bytes), content.subarray(pieceLength, 2 * pieceLength));
      view.release();
      await store.close();
    });

    it('does not find a piece with one wrong bit', async () => {
      const damaged = Buffer.from(content);
      damaged[2 * pieceLength + 1] ^= 1;
      const store = await make(layout, damaged);
      assert.deepEqual(
        await openedPieces(store),
        all.filter((pieceIndex) => pieceIndex !== 2),
      );
      await store.close();
    });

    it('refuses a wrong piece with the hashes of its blocks, and takes the right one afterwards', async () => {
      const store = await make(layout);
      await openedPieces(store);
      const slab = store.takeSlab(0)!;
      content.copy(slab.bytes, 0, 0);
      slab.bytes[BLOCK_LENGTH] ^= 1;
      const expected = [0, 1, 2].map((block) =>
        hash('sha1', slab.bytes.subarray(block * BLOCK_LENGTH, (block + 1) * BLOCK_LENGTH), 'buffer'),
      );
      const verdict = await store.finish(0, slab, false);
      assert.equal(verdict.verified, false);
      assert.deepEqual(Buffer.from(verdict.blockHashes!), Buffer.concat(expected));
      assert.ok(await putPiece(store, layout, content, 0));
      await store.close();
    });

    it('gives the hashes of a good piece only when asked for, the short last block at its own length', async () => {
      const store = await make(layout);
      await openedPieces(store);
      const last = pieceCount - 1;
      for (const wanted of [true, false]) {
        const slab = store.takeSlab(last)!;
        assert.equal(slab.bytes.length, layout.geometry.pieceSize(last));
        content.copy(slab.bytes, 0, last * pieceLength);
        const { verified, blockHashes } = await store.finish(last, slab, wanted);
        assert.ok(verified);
        assert.equal(blockHashes?.length, wanted ? 20 * layout.geometry.blockCount(last) : undefined);
      }
      await store.close();
    });

    it('counts what is not written yet, and takes unused slabs back', async () => {
      const store = await make(layout);
      await openedPieces(store);
      store.discard(store.takeSlab(1)!);
      const slab = store.takeSlab(0)!;
      content.copy(slab.bytes, 0, 0);
      const finishing = store.finish(0, slab, false);
      assert.equal(store.unwrittenBytes, pieceLength);
      await finishing;
      assert.equal(store.unwrittenBytes, 0);
      await store.close();
    });

    it('finds after a second opening what it had, and refuses everything once closed', async () => {
      const store = await make(layout);
      await openedPieces(store);
      await putPiece(store, layout, content, 1);
      await store.flush();
      assert.deepEqual(await openedPieces(store), [1]);
      await store.close();
      await store.close();
      assert.equal(store.takeSlab(0), undefined);
      await assert.rejects(async () => store.read(1, 0, 10), { name: 'StorageError', code: 'closed' });
      await assert.rejects(openedPieces(store), { name: 'StorageError', code: 'closed' });
    });

    it('opens a torrent that has only empty files', async () => {
      const store = await make(madeTorrent([0, 0]).layout);
      assert.deepEqual(await openedPieces(store), []);
      await store.close();
    });
  });
}
