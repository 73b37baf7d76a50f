import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { type BencodeInput, encodeBencode } from '@enjambre/metainfo';
import { show } from './show.ts';

const KEYS = [
  'info_hash_v1',
  'info_hash_v2',
  'name',
  'total_size',
  'piece_length',
  'pieces',
  'private',
  'files',
  'trackers',
  'webseeds',
];
const info: Record<string, BencodeInput> = {
  name: 'root\u001b[31m',
  files: [
    { length: 5, path: ['..', 'a'] },
    { length: 16_379, path: ['.pad', '16379'], attr: 'p' },
    { length: 1, path: ['b'] },
  ],
  'piece length': 16_384,
  pieces: new Uint8Array(40),
  private: 1,
};

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'enjambre-show-'));
});
after(() => rm(folder, { recursive: true }));

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const written = { out: '', err: '' };
  const into = (name: 'out' | 'err') =>
    new Writable({
      write(text, _encoding, done) {
        written[name] += text;
        done();
      },
    });
  const code = await show(argv, { stdout: into('out'), stderr: into('err') });
  return { code, ...written };
}

async function write(name: string, torrent: BencodeInput): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, encodeBencode(torrent));
  return path;
}

describe('enjambre show', () => {
  it('prints a .torrent as JSON with the keys of the contract', async () => {
    const trackers = [['http://a/', 'http://b/'], ['udp://c:1']];
    const path = await write('a.torrent', { info, 'announce-list': trackers, 'url-list': ['http://w/'] });
    const { code, out, err } = await run(path, '--json');
    assert.deepEqual([code, err], [0, '']);
    const shown = JSON.parse(out);
    assert.deepEqual(Object.keys(shown), KEYS);
    assert.match(shown.info_hash_v1, /^[0-9a-f]{40}$/);
    assert.deepEqual(
      { ...shown, info_hash_v1: '' },
      {
        info_hash_v1: '',
        info_hash_v2: null,
        name: 'root\u001b[31m',
        total_size: 6,
        piece_length: 16_384,
        pieces: 2,
        private: true,
        files: [
          { path: 'root_[31m/_/a', size: 5 },
          { path: 'root_[31m/b', size: 1 },
        ],
        trackers: trackers.flat(),
        webseeds: ['http://w/'],
      },
    );
  });

  it('prints text that can not steer the terminal', async () => {
    const { code, out } = await run(await write('b.torrent', { info }));
    assert.equal(code, 0);
    assert.doesNotMatch(out.replaceAll('\n', ''), /\p{Cc}/u);
    assert.match(out, /^info hash v1 {2}[0-9a-f]{40}$/m);
    assert.match(out, /^private {7}yes$/m);
  });

  it('prints a magnet link, with null for what it does not say', async () => {
    const hash = '0123456789abcdef0123456789abcdef01234567';
    const { code, out } = await run(`magnet:?xt=urn:btih:${hash}&dn=x&tr=http%3A%2F%2Ft%2F`, '--json');
    assert.equal(code, 0);
    const shown = JSON.parse(out);
    assert.deepEqual(Object.keys(shown), KEYS);
    assert.deepEqual([shown.info_hash_v1, shown.name, shown.pieces], [hash, 'x', null]);
    assert.deepEqual([shown.trackers, shown.files], [['http://t/'], []]);
  });

  it('names what is wrong and where in one line, and ends with 2', async () => {
    const broken = join(folder, 'broken.torrent');
    await writeFile(broken, 'd4:infoi-0ee');
    const cases: ReadonlyArray<readonly [argv: string[], pattern: RegExp]> = [
      [[broken], /broken\.torrent: not bencode: .*-0 \(byte 7\)/],
      [[await write('c.torrent', { info: { ...info, pieces: 'x' } })], /c\.torrent: .*piece hashes.*\(byte \d+\)/],
      [[await write('d.torrent', {})], /d\.torrent: there is no info dictionary/],
      [[join(folder, 'none.torrent')], /none\.torrent: there is no such file/],
      [[folder], /a folder, not a \.torrent/],
      [['magnet:?xt=urn:btih:zz'], /bad info hash.*\(character 20\)/],
      [['magnet:?dn=x'], /bad magnet link/],
      [[], /one \.torrent file or magnet link/],
      [['a', 'b'], /one \.torrent file or magnet link/],
      [['--jason', 'x'], /--jason/],
    ];
    for (const [argv, pattern] of cases) {
      const { code, out, err } = await run(...argv);
      assert.deepEqual([code, out], [2, ''], `${argv}`);
      assert.match(err, pattern);
      assert.match(err, /^enjambre show: [^\n]+\n$/);
    }
  });

  it('helps', async () => {
    const { code, out } = await run('--help');
    assert.equal(code, 0);
    assert.match(out, /enjambre show X\.torrent/);
  });
});
