import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type BencodeInput, encodeBencode } from './bencode-encoder.ts';
import { MetainfoError, type MetainfoErrorCode } from './errors.ts';
import { parseTorrentFile, type TorrentFile } from './torrent-file.ts';

const pieces = (count: number): Uint8Array => new Uint8Array(20 * count).fill(7);
const single = { name: 'a.bin', length: 100_000, 'piece length': 32_768, pieces: pieces(4) };
const file = (length: BencodeInput, ...path: string[]): BencodeInput => ({ length, path });
const multi = (files: BencodeInput[], count: number): Record<string, BencodeInput> => ({
  name: 'root',
  files,
  'piece length': 32_768,
  pieces: pieces(count),
});
const parse = (info: BencodeInput, rest: Record<string, BencodeInput> = {}): TorrentFile =>
  parseTorrentFile(encodeBencode({ ...rest, info }));

describe('parseTorrentFile', () => {
  it('reads a single file', () => {
    const torrent = parse(single, {
      announce: 'http://t/announce',
      comment: 'ñ',
      'creation date': 1_700_000_000,
      'created by': 'x',
      'url-list': 'http://w/a.bin',
    });
    assert.equal(torrent.infoHashV1?.toHex(), createHash('sha1').update(encodeBencode(single)).digest('hex'));
    assert.equal(torrent.infoHashV2, undefined);
    assert.equal(torrent.geometry.pieceCount, 4);
    assert.equal(torrent.geometry.pieceSize(3), 100_000 - 3 * 32_768);
    const [only] = torrent.files;
    assert.deepEqual(only, {
      path: 'a.bin',
      displayPath: 'a.bin',
      size: 100_000,
      offset: 0,
      padding: false,
      executable: false,
    });
    assert.deepEqual(torrent.trackers, [['http://t/announce']]);
    assert.deepEqual(torrent.webseeds, ['http://w/a.bin']);
    assert.equal(torrent.comment, 'ñ');
    assert.equal(torrent.creationDate, 1_700_000_000);
    assert.equal(torrent.createdBy, 'x');
    assert.equal(torrent.private, false);
  });

  it('reads links that lead to what the torrent has, and leaves the others out', () => {
    const link = (target: BencodeInput[], ...path: string[]): BencodeInput => {
      return { length: 0, path, attr: 'l', 'symlink path': target };
    };
    const targets = (...links: BencodeInput[]) => {
      const { files } = parse(multi([file(100_000, 'lib', 'deep', 'a.so.1'), ...links], 4));
      return files.slice(1).map(({ linkTarget, size, path }) => [path, linkTarget, size]);
    };
    assert.deepEqual(targets(link(['lib', 'deep', 'a.so.1'], 'a.so'), link(['lib', 'deep'], 'lib', 'now')), [
      ['root/a.so', 'lib/deep/a.so.1', 0],
      ['root/lib/now', 'deep', 0],
    ]);
    assert.deepEqual(targets(link(['x'], 'lib', 'y'), link(['lib', 'deep', 'a.so.1'], 'x')), [
      ['root/lib/y', '../x', 0],
      ['root/x', 'lib/deep/a.so.1', 0],
    ]);
    const out = [[], ['..', 'x'], ['lib', '..', '..', 'root'], ['/etc/passwd'], ['gone'], ['self'], ['lib/deep'], [7]];
    for (const target of out) assert.deepEqual(targets(link(target, 'self')), [['root/self', '', 0]]);
    assert.deepEqual(
      targets(link(['b'], 'a'), link(['a'], 'b')).map(([, target]) => target),
      ['', ''],
    );
    // libtorrent says what the disk says: from the link's own folder.
    assert.deepEqual(targets(link(['a.so.1'], 'lib', 'deep', 'a.so'), link(['..', 'lib', '.', 'deep'], 'bin', 'l')), [
      ['root/lib/deep/a.so', 'a.so.1', 0],
      ['root/bin/l', '../lib/deep', 0],
    ]);
    // Some programs give the length of what it leads to, some none.
    const target = ['lib', 'deep', 'a.so.1'];
    const lengths = [{ length: 100_000 }, {}].map((length) => ({
      ...length,
      path: ['l'],
      attr: 'l',
      'symlink path': target,
    }));
    for (const one of lengths) assert.deepEqual(targets(one), [['root/l', 'lib/deep/a.so.1', 0]]);
  });

  it('never writes through a link: a file below one has a folder of its own', () => {
    const through = { length: 0, path: ['l'], attr: 'l', 'symlink path': ['d'] };
    const { files } = parse(multi([file(50_000, 'd', 'a'), through, file(50_000, 'l', 'b')], 4));
    assert.deepEqual(
      files.map(({ path }) => path),
      ['root/d/a', 'root/l', 'root/l (2)/b'],
    );
  });

  it('takes bytes that follow the end for nothing, as other clients do', () => {
    const bytes = encodeBencode({ announce: 'http://t/announce', info: single });
    for (const rest of ['\n', '\r\n', '\0\0', 'i1e', 'garbage']) {
      const torrent = parseTorrentFile(Buffer.concat([bytes, Buffer.from(rest)]));
      assert.deepEqual(torrent.infoHashV1, parse(single).infoHashV1, JSON.stringify(rest));
    }
  });

  it('reads many files, empty ones, padding and executable ones', () => {
    const torrent = parse(
      multi(
        [
          file(40_000, 'd', 'a'),
          { length: 25_536, path: ['.pad', '25536'], attr: 'p' },
          file(0, 'e'),
          { length: 1, path: ['x'], attr: 'x' },
        ],
        3,
      ),
    );
    assert.deepEqual(
      torrent.files.map((one) => [one.path, one.size, one.offset, one.padding, one.executable]),
      [
        ['root/d/a', 40_000, 0, false, false],
        ['', 25_536, 40_000, true, false],
        ['root/e', 0, 65_536, false, false],
        ['root/x', 1, 65_536, false, true],
      ],
    );
  });

  it('hashes the original bytes of info, also when its keys are out of order', () => {
    const info = `d12:piece lengthi16384e6:pieces20:${'x'.repeat(20)}4:name1:a6:lengthi5ee`;
    const torrent = parseTorrentFile(Buffer.from(`d4:info${info}e`));
    assert.equal(torrent.unsortedKeys, true);
    assert.equal(Buffer.from(torrent.infoBytes).toString(), info);
    assert.equal(torrent.infoHashV1?.toHex(), createHash('sha1').update(info).digest('hex'));
  });

  it('takes a torrent without any bytes', () => {
    const torrent = parse({ ...single, length: 0, pieces: pieces(0) });
    assert.equal(torrent.geometry.pieceCount, 0);
  });

  it('makes paths safe and keeps the original for people', () => {
    const torrent = parse(multi([file(1, '..', '..', 'etc', 'passwd'), file(1, 'a'), file(1, 'A')], 1));
    assert.deepEqual(
      torrent.files.map((one) => one.path),
      ['root/_/_/etc/passwd', 'root/a', 'root/A (2)'],
    );
    assert.equal(torrent.files[0].displayPath, 'root/../../etc/passwd');
  });

  it('names a torrent without a name by its hash', () => {
    const torrent = parse({ ...single, name: '' });
    assert.equal(torrent.files[0].path, torrent.infoHashV1?.toHex());
  });

  it('prefers the UTF-8 names that old clients wrote beside others', () => {
    const torrent = parse({ ...single, name: Uint8Array.of(0xff), 'name.utf-8': 'ñ' });
    assert.equal(torrent.files[0].path, 'ñ');
    assert.equal(parse({ ...single, name: Uint8Array.of(0x61, 0xff) }).files[0].path, 'a\ufffd');
  });

  it('prefers announce-list, keeps what can be announced to, each URL once', () => {
    const long = `http://t/${'x'.repeat(2048)}`;
    const tiers = [['http://a/', 'wss://b/', 'http://a/'], [long, 'http:// x/', 5], ['udp://c:1', 'http://a/'], 'x'];
    const torrent = parse(single, { announce: 'http://z/', 'announce-list': tiers as BencodeInput });
    assert.deepEqual(torrent.trackers, [['http://a/'], ['udp://c:1']]);
    assert.deepEqual(parse(single, { announce: 'http://z/', 'announce-list': [['x']] }).trackers, [['http://z/']]);
    assert.deepEqual(parse(single).trackers, []);
  });

  it('reads nodes and leaves bad ones out', () => {
    const nodes = [['1.2.3.4', 5], ['h', 0], ['h', 65_536], 'x', [5, 5], ['router.example', 6881]];
    assert.deepEqual(parse(single, { nodes: nodes as BencodeInput }).nodes, [
      { host: '1.2.3.4', port: 5 },
      { host: 'router.example', port: 6881 },
    ]);
  });

  it('takes any sign of being private for yes', () => {
    assert.equal(parse({ ...single, private: 1 }).private, true);
    assert.equal(parse({ ...single, private: 0 }).private, false);
  });

  const refused: ReadonlyArray<readonly [why: string, info: BencodeInput, code: MetainfoErrorCode]> = [
    ['info is a list', [], 'not-a-torrent'],
    ['no name', { ...single, name: undefined }, 'bad-name'],
    ['piece length 0', { ...single, 'piece length': 0 }, 'bad-piece-length'],
    ['piece length of 1 GiB', { ...single, 'piece length': 2 ** 30 }, 'bad-piece-length'],
    ['no piece length', { ...single, 'piece length': undefined }, 'bad-piece-length'],
    ['negative length', { ...single, length: -1 }, 'bad-files'],
    ['no length', { ...single, length: undefined }, 'bad-files'],
    ['huge length', { ...single, length: 2n ** 60n }, 'bad-files'],
    ['pieces of odd length', { ...single, pieces: new Uint8Array(81) }, 'bad-pieces'],
    ['too many pieces', { ...single, pieces: pieces(5) }, 'bad-pieces'],
    ['too few pieces', { ...single, pieces: pieces(3) }, 'bad-pieces'],
    ['no pieces', { ...single, pieces: undefined }, 'bad-pieces'],
    ['no files', multi([], 0), 'bad-files'],
    ['a file that is a number', multi([5], 1), 'bad-files'],
    ['an empty path', multi([file(1)], 1), 'bad-files'],
    ['a path of numbers', multi([{ length: 1, path: [1] }], 1), 'bad-files'],
    ['sizes that add up to too much', multi([file(2 ** 53 - 1, 'a'), file(2 ** 53 - 1, 'b')], 1), 'bad-files'],
    ['an unknown version', { ...single, 'meta version': 3 }, 'unsupported-version'],
  ];
  for (const [why, info, code] of refused) {
    it(`refuses ${why} with ${code}`, () => {
      assert.throws(() => parse(info), { name: 'MetainfoError', code });
    });
  }

  it('says where in the file the trouble is', () => {
    const bytes = encodeBencode({ info: { ...single, pieces: pieces(3) } });
    const offset = Buffer.from(bytes).indexOf('6:pieces') + '6:pieces'.length;
    assert.throws(() => parseTorrentFile(bytes), { offset });
    assert.throws(() => parseTorrentFile(bytes.subarray(0, 50)), { code: 'not-bencode' });
    assert.throws(() => parseTorrentFile(Buffer.from('i5e')), { code: 'not-a-torrent' });
  });

  it('either reads or throws a MetainfoError, whatever bytes are changed', () => {
    const bytes = encodeBencode({
      announce: 'http://t/',
      'announce-list': [['http://t/']],
      info: multi([file(40_000, 'd', 'a'), file(0, 'e')], 2),
      nodes: [['h', 1]],
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 3 }), (mutations) => {
        const changed = bytes.slice();
        for (const [position, byte] of mutations) changed[position] = byte;
        try {
          parseTorrentFile(changed);
        } catch (error) {
          assert.ok(error instanceof MetainfoError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
