import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { formatInfoHash, parseTorrentFile } from '@enjambre/metainfo';
import { create } from './create.ts';

let folder: string;
let source: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'enjambre-create-cli-'));
  source = join(folder, 'source');
  await mkdir(source);
  await writeFile(join(source, 'a'), 'hello');
});
after(() => rm(folder, { recursive: true }));

/** Collects what is written; `onWrite` is told each time. */
class Screen extends Writable {
  text = '';
  readonly isTTY: boolean;
  readonly #onWrite: () => void;
  constructor(isTTY: boolean, onWrite: () => void) {
    super();
    this.isTTY = isTTY;
    this.#onWrite = onWrite;
  }
  override _write(text: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += text;
    this.#onWrite();
    done();
  }
}

async function run(
  argv: readonly string[],
  {
    isTerminal = false,
    signal,
    onProgress = () => {},
  }: { isTerminal?: boolean; signal?: AbortSignal; onProgress?: () => void } = {},
): Promise<{ code: number; out: string; err: string }> {
  const stdout = new Screen(isTerminal, () => {});
  const stderr = new Screen(isTerminal, onProgress);
  const code = await create(argv, { stdout, stderr, signal });
  return { code, out: stdout.text, err: stderr.text };
}

describe('enjambre create', () => {
  it('writes what was asked for and ends with a line that has the info hash', async () => {
    const output = join(folder, 'x.torrent');
    const { code, out, err } = await run([
      ...[source, '-o', output, '--tracker', 'http://a/announce', '--tracker', 'udp://b:1', '--piece-length', '64KiB'],
      ...['--private', '--comment', 'ñ', '--webseed', 'http://w/'],
    ]);
    assert.deepEqual([code, err], [0, '']);
    const torrent = parseTorrentFile(await readFile(output));
    assert.equal(out, `${formatInfoHash(torrent.infoHashV1!)}  ${output}\n`);
    assert.deepEqual(torrent.trackers, [['http://a/announce'], ['udp://b:1']]);
    assert.deepEqual([torrent.private, torrent.comment, torrent.geometry.pieceLength], [true, 'ñ', 65_536]);
    assert.deepEqual(torrent.webseeds, ['http://w/']);
    assert.match(torrent.createdBy ?? '', /^Enjambre \d/);
  });

  it('draws a bar on a terminal and takes it away', async () => {
    const { code, err } = await run([source, '-o', join(folder, 'bar.torrent')], { isTerminal: true });
    assert.equal(code, 0);
    assert.match(err, /█+ 100% {2}5 bytes/);
    assert.ok(err.endsWith('\r\u001b[K'));
  });

  it('refuses to replace a file unless it is forced', async () => {
    const output = join(folder, 'there.torrent');
    await writeFile(output, 'old');
    const { code, err } = await run([source, '-o', output]);
    assert.equal(code, 2);
    assert.match(err, /there\.torrent: is there already/);
    assert.equal(await readFile(output, 'utf8'), 'old');
    assert.equal((await run([source, '-o', output, '--force'])).code, 0);
    assert.equal(parseTorrentFile(await readFile(output)).name, 'source');
  });

  it('leaves nothing behind when it is stopped', async () => {
    const big = join(folder, 'big');
    await writeFile(big, '');
    await truncate(big, 2 ** 36);
    const before = await readdir(folder);
    const controller = new AbortController();
    const stopped = await run([big, '-o', join(folder, 'big.torrent')], {
      isTerminal: true,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    assert.equal(stopped.code, 130);
    assert.deepEqual(await readdir(folder), before);
  });

  it('names a wrong flag, value or path in one line and ends with 2', async () => {
    const output = join(folder, 'never.torrent');
    const cases: ReadonlyArray<readonly [argv: string[], pattern: RegExp]> = [
      [[], /one file or folder/],
      [[source, source], /one file or folder/],
      [[source, '--bogus'], /--bogus/],
      [[source, '--tracker'], /--tracker/],
      [[source, '--tracker', 'nonsense'], /--tracker "nonsense"/],
      [[source, '--webseed', 'udp://a:1'], /--webseed "udp:\/\/a:1"/],
      [[source, '--piece-length', '3'], /--piece-length "3"/],
      [[source, '--piece-length', '1GiB'], /--piece-length "1GiB"/],
      [[source, '-o', ''], /--output/],
      [[source, '-o', join(folder, 'none', 'x')], /none: no folder/],
      [[join(folder, 'none'), '-o', output], /none: there is no such file/],
    ];
    for (const [argv, pattern] of cases) {
      const { code, out, err } = await run(argv);
      assert.deepEqual([code, out], [2, ''], `${argv}`);
      assert.match(err, pattern);
      assert.match(err, /^enjambre create: [^\n]+\n$/);
    }
    assert.ok(!(await readdir(folder)).includes('never.torrent'));
  });

  it('helps', async () => {
    const { code, out } = await run(['--help']);
    assert.equal(code, 0);
    assert.match(out, /--piece-length/);
  });
});
