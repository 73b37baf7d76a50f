import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { conforms, RunFileSchema } from '@enjambre/contract';
import { StartError } from '../errors.ts';
import { RunFile } from './run-file.ts';

const content = { pid: 4711, started: '2026-01-02T03:04:05.678Z', listenPort: 6881, httpPort: 9091 };

function folder(t: { after(callback: () => void): void }): string {
  const path = mkdtempSync(join(tmpdir(), 'run-file-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

test('the run file is whole, readable by its owner only, alone in its folder, and gone after remove', (t) => {
  const path = join(folder(t), 'run.json');
  writeFileSync(path, 'of a client that was killed', { mode: 0o644 });
  const runFile = new RunFile(path, content);
  const written: unknown = JSON.parse(readFileSync(path, 'utf8'));
  assert.ok(conforms(RunFileSchema, written));
  assert.deepEqual(written, content);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(join(path, '..')), ['run.json']);
  runFile.remove();
  assert.equal(existsSync(path), false);
  runFile.remove();
});

test('another client that took the place over keeps its run file', (t) => {
  const path = join(folder(t), 'run.json');
  const first = new RunFile(path, content);
  new RunFile(path, { ...content, pid: 4712 });
  first.remove();
  assert.equal(JSON.parse(readFileSync(path, 'utf8')).pid, 4712);
});

test('a place that cannot be written is named', (t) => {
  const path = join(folder(t), 'missing', 'run.json');
  assert.throws(
    () => new RunFile(path, content),
    (error) => {
      assert.ok(error instanceof StartError && error.code === 'run-file');
      assert.match(error.message, /missing.*no such file/);
      return true;
    },
  );
});
