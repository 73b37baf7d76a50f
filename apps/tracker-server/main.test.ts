// The program as a process: what it prints, how it ends.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { createTrackerServer } from '@enjambre/tracker';

const START = `import { tracker } from ${JSON.stringify(new URL('main.ts', import.meta.url).href)};
process.exitCode = await tracker(process.argv.slice(1), process.env, process);`;

function start(t: TestContext, ...argv: string[]): { child: ChildProcess; stdout: () => string; stderr: () => string } {
  const child = spawn(process.execPath, ['--input-type=module', '-e', START, '--', ...argv], {
    stdio: 'pipe',
    env: {},
  });
  t.after(() => child.kill('SIGKILL'));
  const written = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]!.setEncoding('utf8').on('data', (text: string) => {
      written[stream] += text;
    });
  }
  return { child, stdout: () => written.stdout, stderr: () => written.stderr };
}

async function firstLine(child: ChildProcess, stdout: () => string): Promise<Record<string, unknown>> {
  while (!stdout().includes('\n')) await once(child.stdout!, 'data');
  return JSON.parse(stdout().split('\n')[0]);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`it says where it listens in a line of JSON, answers, and ends with 0 at ${signal}`, async (t) => {
    const { child, stdout, stderr } = start(t, '--port=0');
    const { url, level, port } = await firstLine(child, stdout);
    assert.deepEqual([url, level], [`http://127.0.0.1:${port}/announce`, 'info']);
    assert.match(await (await fetch(String(url))).text(), /^d14:failure reason/);
    child.kill(signal);
    assert.deepEqual(await once(child, 'close'), [0, null]);
    const last = JSON.parse(stdout().trim().split('\n').at(-1)!);
    assert.deepEqual([last.signal, stderr()], [signal, '']);
  });
}

test('a busy port, an address that is not ours and a wrong flag are one line each and exit 2', async (t) => {
  const rival = createServer();
  await new Promise<void>((resolve) => rival.listen(0, '127.0.0.1', resolve));
  t.after(() => new Promise((resolve) => rival.close(resolve)));
  const { port } = rival.address() as { port: number };
  const cases: ReadonlyArray<readonly [string[], RegExp]> = [
    [[`--port=${port}`], new RegExp(`^enjambre tracker: --port: ${port} on 127\\.0\\.0\\.1 is already in use\n$`)],
    [['--port=0', '--host=192.0.2.1'], /^enjambre tracker: --host: cannot listen on 192\.0\.2\.1: .*\n$/],
    [['--prot=1'], /^enjambre tracker: --prot: no such flag.*\n$/],
  ];
  for (const [argv, line] of cases) {
    const { child, stdout, stderr } = start(t, ...argv);
    assert.deepEqual(await once(child, 'close'), [2, null]);
    assert.match(stderr(), line);
    assert.equal(stdout(), '');
  }
});

test('--help is shown on stdout and exits 0', async (t) => {
  const { child, stdout } = start(t, '--help');
  assert.deepEqual(await once(child, 'close'), [0, null]);
  assert.match(stdout(), /^enjambre tracker[\s\S]*--min-interval SECONDS/);
});

test('with --data-dir it knows its peers again after a restart, and refuses a file that is not its own', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'enjambre-tracker-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const first = start(t, '--port=0', `--data-dir=${folder}`);
  const { url } = await firstLine(first.child, first.stdout);
  const hash = '%01'.repeat(20);
  await fetch(`${url}?info_hash=${hash}&peer_id=${'a'.repeat(20)}&port=7000&uploaded=0&downloaded=0&left=0&compact=1`);
  first.child.kill('SIGTERM');
  assert.deepEqual(await once(first.child, 'close'), [0, null]);
  assert.deepEqual(readdirSync(folder), ['swarms.bin']);

  const second = start(t, '--port=0', `--data-dir=${folder}`);
  const again = await firstLine(second.child, second.stdout);
  const asked = `info_hash=${hash}&peer_id=${'b'.repeat(20)}&port=7001&uploaded=0&downloaded=0&left=9&compact=1`;
  const answer = Buffer.from(await (await fetch(`${again.url}?${asked}`)).arrayBuffer());
  assert.ok(answer.includes(Buffer.from([127, 0, 0, 1, 7000 >> 8, 7000 & 0xff])), answer.toString('latin1'));
  second.child.kill('SIGTERM');
  await once(second.child, 'close');

  const file = path.join(folder, 'swarms.bin');
  const newer = readFileSync(file);
  newer.writeUInt16LE(2, 8);
  writeFileSync(file, newer);
  const third = start(t, '--port=0', `--data-dir=${folder}`);
  assert.deepEqual(await once(third.child, 'close'), [2, null]);
  const line = /--data-dir: .*swarms\.bin was written by a newer version \(form 2, this one knows 1\); move it away\n$/;
  assert.match(third.stderr(), line);
  assert.deepEqual(readFileSync(file), newer);
});

test('a --data-dir that cannot be made or written is told at once', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'enjambre-tracker-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(path.join(folder, 'file'), '');
  const { child, stdout, stderr } = start(t, '--port=0', `--data-dir=${path.join(folder, 'file', 'below')}`);
  assert.deepEqual(await once(child, 'close'), [2, null]);
  assert.match(stderr(), /^enjambre tracker: --data-dir: .*below cannot be written: ENOTDIR.*\n$/);
  assert.equal(stdout(), '');
});

test('killed in the middle of a write, it has what it had before', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'enjambre-tracker-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'swarms.bin');
  // Large enough that it is met while it writes.
  const maker = createTrackerServer({ maxPeers: 200_000 });
  await maker.restore(manyPeers(200_000));
  writeFileSync(file, Buffer.concat(Array.from(maker.snapshot(), (piece) => Buffer.from(piece))));
  const before = readFileSync(file);

  const first = start(t, '--port=0', `--data-dir=${folder}`);
  await firstLine(first.child, first.stdout);
  const written = new Promise<void>((resolve) => {
    const watcher = watch(folder, (_, name) => {
      if (name !== 'swarms.bin.tmp') return;
      first.child.kill('SIGKILL');
      watcher.close();
      resolve();
    });
  });
  first.child.kill('SIGTERM');
  await written;
  assert.deepEqual(await once(first.child, 'close'), [null, 'SIGKILL']);
  assert.deepEqual(readdirSync(folder).sort(), ['swarms.bin', 'swarms.bin.tmp']);
  assert.ok(readFileSync(file).equals(before));

  const second = start(t, '--port=0', `--data-dir=${folder}`);
  const { url } = await firstLine(second.child, second.stdout);
  const stats = (await (await fetch(String(url).replace('announce', 'stats'))).json()) as { peers: number };
  assert.equal(stats.peers, 200_000);
});

test('lists say what is served, and SIGHUP reads them anew; a bad line is named and changes nothing', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'enjambre-tracker-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const allow = path.join(folder, 'allow');
  writeFileSync(allow, `# ours\n${'01'.repeat(20)} # the film\n\n`);
  const { child, stdout, stderr } = start(t, '--port=0', `--allow-list=${allow}`);
  const { url } = await firstLine(child, stdout);
  const announce = async (byte: string): Promise<string> => {
    const query = `info_hash=${`%${byte}`.repeat(20)}&peer_id=${'a'.repeat(20)}&port=7000&left=1`;
    return (await fetch(`${url}?${query}`)).text();
  };
  const assertServed = async (): Promise<void> => {
    assert.match(await announce('01'), /^d8:complete/);
    assert.match(await announce('02'), /does not serve that info hash/);
  };
  await assertServed();

  writeFileSync(allow, `${'02'.repeat(20)}\nnonsense\n`);
  child.kill('SIGHUP');
  while (!stderr().includes('\n')) await once(child.stderr!, 'data');
  assert.match(
    stderr(),
    /^enjambre tracker: --allow-list: .*allow, line 2: "nonsense" is not an info hash of 40 hex digits\n$/,
  );
  await assertServed();

  writeFileSync(allow, '02'.repeat(20));
  child.kill('SIGHUP');
  while (!stdout().includes('the lists were read: 1 info hashes are allowed')) await once(child.stdout!, 'data');
  assert.match(await announce('02'), /^d8:complete/);
  assert.match(await announce('01'), /does not serve/);
});

test('/metrics tells what was asked', async (t) => {
  const { child, stdout } = start(t, '--port=0');
  const { url } = await firstLine(child, stdout);
  await fetch(`${url}?info_hash=${'%01'.repeat(20)}&peer_id=${'a'.repeat(20)}&port=7000&left=0`);
  const answer = await fetch(String(url).replace('announce', 'metrics'));
  assert.match(answer.headers.get('content-type')!, /^text\/plain; version=0\.0\.4/);
  const text = await answer.text();
  assert.match(text, /^enjambre_tracker_peers\{role="seed"\} 1$/m);
  assert.match(text, /^enjambre_tracker_announces_total\{transport="http"\} 1$/m);
  assert.match(text, /^process_resident_memory_bytes \d+$/m);
});

/** A snapshot of so many peers in swarms of ten, made by hand as its form says. */
async function* manyPeers(count: number): AsyncIterable<Uint8Array> {
  const header = Buffer.alloc(18);
  header.write('ENJSWARM');
  header.writeUInt16LE(1, 8);
  header.writeDoubleLE(Date.now(), 10);
  let checksum = crc32(header);
  yield header;
  for (let from = 0; from < count; from += 10) {
    const group = Buffer.alloc(27 + 10 * 52);
    group[0] = 1;
    group.writeUInt32BE(from, 1);
    group.writeUInt16LE(10, 25);
    for (let at = 0; at < 10; at++) group.writeUInt32BE(0x0a000000 + from + at, 27 + at * 52);
    checksum = crc32(group, checksum);
    yield group;
  }
  const end = Buffer.alloc(5);
  end.writeUInt32LE(crc32(end.subarray(0, 1), checksum), 1);
  yield end;
}
