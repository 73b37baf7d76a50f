import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';

/** A checkout with nothing but the launcher in it, and a PATH whose `node` is the script given. */
function checkout(t: TestContext, node: string | undefined) {
  const root = mkdtempSync(join(tmpdir(), 'launcher-'));
  t.after(() => rmSync(root, { recursive: true }));
  const [bin, path] = [join(root, 'apps/cli/bin'), join(root, 'path')];
  mkdirSync(bin, { recursive: true });
  mkdirSync(path);
  cpSync(join(import.meta.dirname, 'bin/enjambre'), join(bin, 'enjambre'));
  for (const tool of ['readlink', 'dirname']) symlinkSync(`/usr/bin/${tool}`, join(path, tool));
  if (node !== undefined) writeScript(join(path, 'node'), node);
  const run = (launcher = join(bin, 'enjambre'), argv: string[] = []) => {
    const { status, stdout, stderr } = spawnSync('/bin/sh', [launcher, ...argv], {
      env: { PATH: path },
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };
  return { root, run };
}

function writeScript(path: string, body: string): void {
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
}

test('without the Node of npm an older one is refused in one line that says what to do', (t) => {
  const { status, stderr } = checkout(t, 'echo v20.19.2').run();
  assert.equal(status, 2);
  assert.match(stderr, /^enjambre: Node 26 is needed and node is v20\.19\.2: run npm ci in [^\n]+\n$/);
});

test('without any Node it says so in one line', (t) => {
  const { status, stderr } = checkout(t, undefined).run();
  assert.equal(status, 2);
  assert.match(stderr, /^enjambre: no node found; [^\n]+\n$/);
});

test('without the Node of npm one that is new enough is taken', (t) => {
  const { run } = checkout(t, 'if [ "$1" = --version ]; then echo v27.0.0; else echo "ran $2 $3"; fi');
  assert.deepEqual(run(undefined, ['show', 'a b']), { status: 0, stdout: 'ran show a b\n', stderr: '' });
});

test('the Node of npm comes first, also through the link that npm makes', (t) => {
  const { root, run } = checkout(t, 'echo v20.0.0');
  mkdirSync(join(root, 'node_modules/.bin'), { recursive: true });
  writeScript(join(root, 'node_modules/.bin/node'), 'echo "of npm: $3"');
  symlinkSync('../apps/cli', join(root, 'node_modules/enjambre'));
  symlinkSync('../enjambre/bin/enjambre', join(root, 'node_modules/.bin/enjambre'));
  assert.equal(run(join(root, 'node_modules/.bin/enjambre'), ['client']).stdout, 'of npm: client\n');
});

test('backends and clients get a small young generation, and nobody else', (t) => {
  const { run } = checkout(t, 'if [ "$1" = --version ]; then echo v27.0.0; else echo "$1"; fi');
  for (const [verb, size] of Object.entries({ backend: 2, start: 2, client: 4 })) {
    assert.equal(run(undefined, [verb, '--port=0']).stdout, `--max-semi-space-size=${size}\n`);
  }
  assert.match(run(undefined, ['tracker']).stdout, /main\.ts\n$/);
});
