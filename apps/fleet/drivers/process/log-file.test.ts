import assert from 'node:assert/strict';
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { systemClock } from '@enjambre/runtime';
import { LogFile } from './log-file.ts';

test('the tail has whole lines only, from the file before when this one is short', async (t) => {
  const { log } = make(t);
  assert.deepEqual((await log.tail(3)).lines, []);
  writeFileSync(`${log.path}.1`, 'one\ntwo\n');
  writeFileSync(log.path, 'three\nñandú\nhalf');
  assert.deepEqual((await log.tail(3)).lines, ['two', 'three', 'ñandú']);
  assert.deepEqual((await log.tail(1)).lines, ['ñandú']);
  assert.deepEqual((await log.tail(0)).lines, []);
});

test('a long file is read from its end', async (t) => {
  const { log } = make(t);
  writeFileSync(log.path, Array.from({ length: 50_000 }, (_, line) => `line ${line}\n`).join(''));
  const { lines } = await log.tail(10_000);
  assert.equal(lines.length, 10_000);
  assert.deepEqual([lines[0], lines.at(-1)], ['line 40000', 'line 49999']);
});

test('of a line that does not end the last part is had, whatever lies before it', async (t) => {
  const { log } = make(t);
  const length = 64 * 1024 * 1024;
  writeFileSync(log.path, `first\n${'x'.repeat(length)}`);
  const { lines, end } = await log.tail(100);
  assert.deepEqual(
    lines.map((line) => line.length),
    [64 * 1024],
  );
  assert.equal(end, length + 'first\n'.length);
});

test('following goes on over a rotation, which the writer does not notice', async (t) => {
  const { log } = make(t);
  const writer = openSync(log.path, 'a');
  t.after(() => closeSync(writer));
  writeSync(writer, `${'x'.repeat(5 * 1024 * 1024)}\nlast of the old\n`);
  const { end } = await log.tail(1);
  const seen: string[] = [];
  let wake = () => {};
  const stop = log.follow(end, systemClock, (line) => {
    seen.push(line);
    wake();
  });
  t.after(stop);
  const until = async (line: string) => {
    while (!seen.includes(line)) await new Promise<void>((resolve) => (wake = resolve));
  };
  // The clock's timers do not keep the process alive.
  const alive = setInterval(() => {}, 1000);
  t.after(() => clearInterval(alive));
  appendFileSync(log.path, 'before\n');
  await until('before');
  await log.rotate();
  assert.equal(statSync(log.path).size, 0);
  writeSync(writer, 'after\n');
  await until('after');
  assert.deepEqual(seen, ['before', 'after']);
  assert.deepEqual((await log.tail(2)).lines, ['before', 'after']);
});

test('however much was written, what is kept of it is short, and begins with a whole line', async (t) => {
  const { log } = make(t);
  const limit = 5 * 1024 * 1024;
  const line = `${'ñ'.repeat(500)}\n`;
  for (let round = 0; round < 4; round++) {
    writeFileSync(log.path, `${line.repeat(12_000)}end ${round}\n`);
    await log.rotate();
    const sizes = readdirSync(dirname(log.path)).map((name) => statSync(join(dirname(log.path), name)).size);
    assert.ok(sizes.length <= 3 && Math.max(...sizes) <= limit, sizes.join());
  }
  const kept = readFileSync(`${log.path}.1`, 'utf8');
  assert.ok(kept.startsWith(line) && kept.endsWith('end 3\n'));
  assert.ok(kept.length * 2 > limit - 3 * line.length);
  assert.match(readFileSync(`${log.path}.2`, 'utf8').slice(-6), /end 2\n/);
});

test('one that cannot be moved aside stays, and so do the earlier ones', async (t) => {
  const { log } = make(t);
  writeFileSync(log.path, 'x');
  truncateSync(log.path, 6 * 1024 * 1024);
  writeFileSync(`${log.path}.1`, 'one');
  writeFileSync(`${log.path}.2`, 'two');
  mkdirSync(`${log.path}.new`);
  await assert.rejects(log.rotate());
  assert.deepEqual([readFileSync(`${log.path}.1`, 'utf8'), readFileSync(`${log.path}.2`, 'utf8')], ['one', 'two']);
  assert.equal(statSync(log.path).size, 6 * 1024 * 1024);
});

function make(t: TestContext): { log: LogFile } {
  const folder = mkdtempSync(join(tmpdir(), 'enjambre-log-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return { log: new LogFile(join(folder, 'log')) };
}
