// BEP 52 torrents made by libtorrent 2.0.8: root/a.bin (40,000 bytes), root/e (0), root/sub/b.bin (5), 16 KiB pieces.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeBencode } from './bencode-decoder.ts';
import type { BencodeDictionary } from './bencode-dictionary.ts';
import { type BencodeInput, encodeBencode } from './bencode-encoder.ts';
import type { MetainfoErrorCode } from './errors.ts';
import { parseTorrentFile } from './torrent-file.ts';

const HYBRID = Buffer.from(
  'ZDg6YW5ub3VuY2UxODpodHRwOi8vMTI3LjAuMC4xL2ExMDpjcmVhdGVkIGJ5MTA6bGlidG9ycmVudDEzOmNyZWF0aW9uIGRhdGVpMTcwMDAwMDAwMGU0OmluZm9kOTpmaWxlIHRyZWVkNTphLmJpbmQwOmQ2Omxlbmd0aGk0MDAwMGUxMTpwaWVjZXMgcm9vdDMyOqtnFjGp+peh/axlH/9saHc7ms8HNbnH9uzdVMvxv13CZWUxOmVkMDpkNjpsZW5ndGhpMGVlZTM6c3ViZDU6Yi5iaW5kMDpkNjpsZW5ndGhpNWUxMTpwaWVjZXMgcm9vdDMyOizyTbpfsKMOJug7KsW54p4bFh5cH6dCXnMEM2KTi5gkZWVlZTU6ZmlsZXNsZDY6bGVuZ3RoaTQwMDAwZTQ6cGF0aGw1OmEuYmluZWVkNDphdHRyMTpwNjpsZW5ndGhpOTE1MmU0OnBhdGhsNDoucGFkNDo5MTUyZWVkNjpsZW5ndGhpMGU0OnBhdGhsMTplZWVkNjpsZW5ndGhpNWU0OnBhdGhsMzpzdWI1OmIuYmluZWVkNDphdHRyMTpwNjpsZW5ndGhpMTYzNzllNDpwYXRobDQ6LnBhZDU6MTYzNzllZWUxMjptZXRhIHZlcnNpb25pMmU0Om5hbWU0OnJvb3QxMjpwaWVjZSBsZW5ndGhpMTYzODRlNjpwaWVjZXM4MDpo87gaEd4eFinoFVW05wrtlV0RQN6e4CIs1SjvxeASJ+S/Fs9qxoNqNg+TL2F+WSnlp7OeOfgWU7b3AG70tcojRHvcl/HxgoeObhxWxTyR7WUxMjpwaWVjZSBsYXllcnNkMzI6q2cWMan6l6H9rGUf/2xodzuazwc1ucf27N1Uy/G/XcI5NjpDSOO5jooyezTO05wdqeZ820zV5I5NeWBgejrkA9NfDPfJBFwqeaiipYfvv1sxBlJoWykub7sLCMHfhXUA2iaZjsmcD6kGzLgaTHuGmDkoPic7WWuCSzEAf2ZJ0xKB22NlZQ==',
  'base64',
);
const V2_ONLY = Buffer.from(
  'ZDg6YW5ub3VuY2UxODpodHRwOi8vMTI3LjAuMC4xL2ExMDpjcmVhdGVkIGJ5MTA6bGlidG9ycmVudDEzOmNyZWF0aW9uIGRhdGVpMTcwMDAwMDAwMGU0OmluZm9kOTpmaWxlIHRyZWVkNTphLmJpbmQwOmQ2Omxlbmd0aGk0MDAwMGUxMTpwaWVjZXMgcm9vdDMyOqtnFjGp+peh/axlH/9saHc7ms8HNbnH9uzdVMvxv13CZWUxOmVkMDpkNjpsZW5ndGhpMGVlZTM6c3ViZDU6Yi5iaW5kMDpkNjpsZW5ndGhpNWUxMTpwaWVjZXMgcm9vdDMyOizyTbpfsKMOJug7KsW54p4bFh5cH6dCXnMEM2KTi5gkZWVlZTEyOm1ldGEgdmVyc2lvbmkyZTQ6bmFtZTQ6cm9vdDEyOnBpZWNlIGxlbmd0aGkxNjM4NGVlMTI6cGllY2UgbGF5ZXJzZDMyOqtnFjGp+peh/axlH/9saHc7ms8HNbnH9uzdVMvxv13COTY6Q0jjuY6KMns0ztOcHanmfNtM1eSOTXlgYHo65APTXwz3yQRcKnmooqWH779bMQZSaFspLm+7CwjB34V1ANommY7JnA+pBsy4Gkx7hpg5KD4nO1lrgksxAH9mSdMSgdtjZWU=',
  'base64',
);

type Tree = Map<string, BencodeInput>;

/** The torrent again, with some of it changed. */
function changed(bytes: Uint8Array, change: (info: Tree, torrent: Tree) => void): Uint8Array {
  const torrent: Tree = new Map(decodeBencode(bytes).value as BencodeDictionary);
  const info: Tree = new Map(torrent.get('info') as BencodeDictionary);
  change(info, torrent);
  return encodeBencode(torrent.set('info', info));
}

describe('a hybrid torrent', () => {
  it('has both hashes, the geometry of v1 and marked padding', () => {
    const torrent = parseTorrentFile(HYBRID);
    assert.equal(torrent.infoHashV1?.toHex(), 'cee1c66b1c8c1b8c4652fb48fa881ff45de0c4e5');
    assert.equal(torrent.infoHashV2?.toHex(), '59d1c25e7f8f6a17970c41bd3537f5c6f6ed0616e43be6972c2cf304eedd6b84');
    assert.equal(torrent.pieceHashes.length, 20 * torrent.geometry.pieceCount);
    assert.deepEqual(
      torrent.files.map((file) => [file.path, file.size, file.offset, file.padding]),
      [
        ['root/a.bin', 40_000, 0, false],
        ['', 9152, 40_000, true],
        ['root/e', 0, 49_152, false],
        ['root/sub/b.bin', 5, 49_152, false],
        ['', 16_379, 49_157, true],
      ],
    );
  });

  it('is refused when its halves describe different files', () => {
    const files = [
      { length: 40_000, path: ['a.bin'] },
      { length: 9152, path: ['p'], attr: 'p' },
    ];
    const b = { length: 5, path: ['sub', 'b.bin'] };
    const e = { length: 0, path: ['e'] };
    const wrong: BencodeInput[][] = [
      [...files, b],
      [...files, e, { ...b, path: ['sub', 'c.bin'] }],
      [...files, e, { ...b, length: 6 }],
      [...files, b, e],
      [files[0], e, b],
    ];
    for (const list of wrong) {
      const bytes = changed(HYBRID, (info) => {
        info.set('files', list);
        info.set('pieces', new Uint8Array(20 * (list.includes(files[1]) ? 4 : 3)));
      });
      assert.throws(() => parseTorrentFile(bytes), { code: 'hybrid-mismatch' });
    }
  });
});

describe('a v2 torrent', () => {
  it('has files that begin at pieces and no v1 hash', () => {
    const torrent = parseTorrentFile(V2_ONLY);
    assert.equal(torrent.infoHashV1, undefined);
    assert.equal(torrent.infoHashV2?.toHex(), '4c2f2c4a4529f2eb4a275bd813b88d3f6d1374bee1825eac15b286c536495e4e');
    assert.equal(torrent.pieceHashes.length, 0);
    assert.equal(torrent.geometry.pieceCount, 4);
    assert.deepEqual(
      torrent.files.map((file) => [file.path, file.size, file.offset]),
      [
        ['root/a.bin', 40_000, 0],
        ['root/e', 0, 40_000],
        ['root/sub/b.bin', 5, 49_152],
      ],
    );
  });

  it('stands without a folder when its only file has its name', () => {
    const bytes = changed(V2_ONLY, (info) => {
      const tree = info.get('file tree') as BencodeDictionary;
      info.set('file tree', new Map([['root', (tree.get('sub') as BencodeDictionary).get('b.bin') as BencodeInput]]));
    });
    assert.deepEqual(
      parseTorrentFile(bytes).files.map((file) => file.path),
      ['root'],
    );
  });

  const root = new Uint8Array(32);
  const refused: ReadonlyArray<readonly [why: string, code: MetainfoErrorCode, (info: Tree, torrent: Tree) => void]> = [
    ['without a file tree', 'bad-file-tree', (info) => info.delete('file tree')],
    ['with an empty file tree', 'bad-file-tree', (info) => info.set('file tree', {})],
    ['with a file at the top of the tree', 'bad-file-tree', (info) => info.set('file tree', { '': { length: 0 } })],
    ['with an empty folder', 'bad-file-tree', (info) => info.set('file tree', { a: {} })],
    [
      'with a file that is a folder',
      'bad-file-tree',
      (info) => info.set('file tree', { a: { '': { length: 0 }, b: {} } }),
    ],
    ['without a pieces root', 'bad-file-tree', (info) => info.set('file tree', { a: { '': { length: 5 } } })],
    ['without a length', 'bad-files', (info) => info.set('file tree', { a: { '': { 'pieces root': root } } })],
    ['with odd pieces', 'bad-piece-length', (info) => info.set('piece length', 20_000)],
    ['with small pieces', 'bad-piece-length', (info) => info.set('piece length', 8192)],
    ['without piece layers', 'bad-piece-layers', (_, torrent) => torrent.delete('piece layers')],
    ['with a short piece layer', 'bad-piece-layers', (_, torrent) => changeLayer(torrent, (layer) => layer.slice(32))],
    ['with a wrong piece layer', 'bad-piece-layers', (_, torrent) => changeLayer(torrent, (layer) => layer.with(0, 1))],
  ];
  for (const [why, code, change] of refused) {
    it(`is refused ${why} with ${code}`, () => {
      assert.throws(() => parseTorrentFile(changed(V2_ONLY, change)), { name: 'MetainfoError', code });
    });
  }
});

function changeLayer(torrent: Tree, change: (layer: Uint8Array) => Uint8Array): void {
  const [[key, layer]] = torrent.get('piece layers') as BencodeDictionary;
  torrent.set('piece layers', new Map([[key, change(layer as Uint8Array)]]));
}
