import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type BencodeInput, encodeBencode } from './bencode-encoder.ts';
import { type ClaimingTorrent, PathClaims } from './path-claims.ts';
import { parseTorrentFile } from './torrent-file.ts';

const PIECE = 16384;

interface Named extends ClaimingTorrent {
  readonly label: string;
}

/** A file's bytes are told by `content`: pieces with another have other hashes. */
interface File {
  readonly path: string;
  readonly size: number;
  readonly content?: number;
  readonly [attribute: string]: BencodeInput | undefined;
}

function torrentOf(
  label: string,
  name: string,
  files: readonly File[] | number,
  { piece = PIECE, content = 1 } = {},
): Named {
  const size = typeof files === 'number' ? files : files.reduce((sum, file) => sum + file.size, 0);
  const pieces = Buffer.alloc(Math.ceil(size / piece) * 20, content);
  const list =
    typeof files === 'number'
      ? { length: files }
      : { files: files.map(({ path, size, ...rest }) => ({ length: size, path: path.split('/'), ...rest })) };
  const layout = parseTorrentFile(encodeBencode({ info: { name, 'piece length': piece, pieces, ...list } }));
  return { label, layout, hashes: () => layout.pieceHashes };
}

function conflict(there: readonly Named[], coming: Named, foldsCase = false): string | undefined {
  const claims = new PathClaims<Named>(() => foldsCase);
  for (const torrent of there) claims.claim(torrent);
  const found = claims.conflictOf(coming);
  return found && `${found.kind} ${found.path} ${found.other.label}`;
}

describe('PathClaims', () => {
  it('finds a file of another size, or of other pieces', () => {
    const one = torrentOf('one', 'x.iso', 100_000);
    assert.equal(conflict([one], torrentOf('two', 'x.iso', 100_001)), 'content x.iso one');
    assert.equal(conflict([one], torrentOf('two', 'x.iso', 100_000, { content: 2 })), 'content x.iso one');
    assert.equal(conflict([one], torrentOf('two', 'y.iso', 100_001)), undefined);
  });

  it('lets two torrents have the same file, as far as can be told', () => {
    const one = torrentOf('one', 'x', [
      { path: 'a', size: PIECE * 2 },
      { path: 'b', size: 10 },
    ]);
    assert.equal(conflict([one], torrentOf('two', 'x', [{ path: 'a', size: PIECE * 2 }])), undefined);
    assert.equal(
      conflict([one], torrentOf('two', 'x', [{ path: 'a', size: PIECE * 2 }], { content: 2 })),
      'content x/a one',
    );
    // Cut otherwise, or away: who can tell?
    assert.equal(
      conflict([one], torrentOf('two', 'x', [{ path: 'a', size: PIECE * 2 }], { content: 2, piece: PIECE * 2 })),
      undefined,
    );
    assert.equal(
      conflict(
        [{ ...one, hashes: () => undefined }],
        torrentOf('two', 'x', [{ path: 'a', size: PIECE * 2 }], { content: 2 }),
      ),
      undefined,
    );
    assert.equal(
      conflict(
        [one],
        torrentOf(
          'two',
          'x',
          [
            { path: 'b', size: 10 },
            { path: 'c', size: 1 },
          ],
          { content: 2 },
        ),
      ),
      undefined,
    );
    assert.equal(
      conflict(
        [
          torrentOf('one', 'x', [
            { path: 'a', size: 0 },
            { path: 'b', size: 1 },
          ]),
        ],
        torrentOf('two', 'x', [
          { path: 'a', size: 0 },
          { path: 'c', size: 1 },
        ]),
      ),
      undefined,
    );
  });

  it('compares pieces where the file stands elsewhere in the torrent', () => {
    const before = { path: 'before', size: PIECE };
    const file = { path: 'file', size: PIECE * 3 };
    const one = torrentOf('one', 'x', [file]);
    assert.equal(conflict([one], torrentOf('two', 'x', [before, file], { content: 2 })), 'content x/file one');
    assert.equal(conflict([one], torrentOf('two', 'x', [before, file])), undefined);
  });

  it('finds a file where another has a folder, at any depth', () => {
    const deep = torrentOf('deep', 'x', [{ path: 'a/b/c', size: 10 }]);
    for (const [files, path] of [
      [10, 'x'],
      [[{ path: 'a', size: 10 }], 'x/a'],
      [[{ path: 'a/b', size: 10 }], 'x/a/b'],
      [[{ path: 'a/b/c/d', size: 10 }], 'x/a/b/c'],
    ] as const) {
      assert.equal(conflict([deep], torrentOf('two', 'x', files)), `folder ${path} deep`);
      assert.equal(conflict([torrentOf('two', 'x', files)], deep), `folder ${path} two`);
    }
  });

  it('takes a link for a file: nothing may lie below it, no file in its place', () => {
    const link = { path: 'l', size: 0, attr: 'l', 'symlink path': ['d', 'f'] };
    const linked = torrentOf('linked', 'x', [{ path: 'd/f', size: 10 }, link]);
    assert.equal(conflict([linked], torrentOf('two', 'x', [{ path: 'l', size: 10 }])), 'content x/l linked');
    assert.equal(conflict([linked], torrentOf('two', 'x', [{ path: 'l/f', size: 10 }])), 'folder x/l linked');
    assert.equal(conflict([linked], torrentOf('two', 'x', [{ path: 'd/f', size: 10 }, link])), undefined);
  });

  it('leaves out padding, and links that lead nowhere', () => {
    const nowhere = { path: 'l', size: 0, attr: 'l', 'symlink path': ['gone'] };
    const one = torrentOf('one', 'x', [
      { path: 'a', size: 10 },
      { path: '.pad/10', size: PIECE - 10, attr: 'p' },
      nowhere,
    ]);
    const two = torrentOf('two', 'x', [
      { path: '.pad/10', size: 10 },
      { path: 'l', size: 10 },
    ]);
    assert.equal(conflict([one], two), undefined);
  });

  it('asks the disk once about names that differ in case alone', () => {
    const one = torrentOf('one', 'X', [{ path: 'a', size: 10 }]);
    const two = torrentOf('two', 'x', [{ path: 'A', size: 11 }]);
    assert.equal(conflict([one], two, false), undefined);
    assert.equal(conflict([one], two, true), 'content x/A one');
    let asked = 0;
    const claims = new PathClaims<Named>(() => ++asked === 0);
    claims.claim(one);
    assert.equal(claims.conflictOf(torrentOf('three', 'X', [{ path: 'b', size: 11 }])), undefined);
    assert.equal(asked, 0);
    for (let round = 0; round < 3; round++) assert.equal(claims.conflictOf(two), undefined);
    assert.equal(asked, 1);
  });

  it('forgets one that is gone, and knows who else has a file', () => {
    const [one, two, three] = ['one', 'two', 'three'].map((label) =>
      torrentOf(label, 'x', [
        { path: 'a', size: 10 },
        { path: label, size: 10 },
      ]),
    );
    const claims = new PathClaims<Named>(() => false);
    for (const torrent of [one, two]) claims.claim(torrent);
    assert.equal(claims.sharerOf(one, 'x/a'), two);
    assert.equal(claims.sharerOf(one, 'x/one'), undefined);
    claims.claim(three);
    claims.release(two);
    assert.equal(claims.sharerOf(one, 'x/a'), three);
    claims.release(three);
    assert.equal(claims.sharerOf(one, 'x/a'), undefined);
    claims.release(one);
    assert.equal(claims.conflictOf(torrentOf('four', 'x', 11)), undefined);
  });
});
