// The program as a process: what it prints, how it ends.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';

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
  assert.deepEqual(readdirSync(folder), ['swarms.json']);

  const second = start(t, '--port=0', `--data-dir=${folder}`);
  const again = await firstLine(second.child, second.stdout);
  const asked = `info_hash=${hash}&peer_id=${'b'.repeat(20)}&port=7001&uploaded=0&downloaded=0&left=9&compact=1`;
  const answer = Buffer.from(await (await fetch(`${again.url}?${asked}`)).arrayBuffer());
  assert.ok(answer.includes(Buffer.from([127, 0, 0, 1, 7000 >> 8, 7000 & 0xff])), answer.toString('latin1'));
  second.child.kill('SIGTERM');
  await once(second.child, 'close');

  writeFileSync(path.join(folder, 'swarms.json'), '{"version":2}');
  const third = start(t, '--port=0', `--data-dir=${folder}`);
  assert.deepEqual(await once(third.child, 'close'), [2, null]);
  assert.match(third.stderr(), /--data-dir: .*swarms\.json is damaged or of another version/);
});
