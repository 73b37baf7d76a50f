import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { FakeClock } from '@enjambre/runtime';
import { JsonOutput } from './json-output.ts';
import { statusOf } from './status.ts';
import { formatBytes, progressLine, TerminalOutput } from './terminal-output.ts';

const status = statusOf([], false);

function written(stream: PassThrough): string {
  return (stream.read() as Buffer | null)?.toString() ?? '';
}

test('for programs each message is one JSON object in one line, and below the level there is none', () => {
  const stream = new PassThrough();
  const output = new JsonOutput(stream, new FakeClock(), 'info');
  output.log('debug', 'quiet');
  output.log('warn', 'two\nlines', { size: 10n, error: new Error('why') });
  const expected = { time: '2023-11-14T22:13:20.000Z', level: 'warn', message: 'two\nlines', size: '10', error: 'why' };
  assert.equal(written(stream), `${JSON.stringify(expected)}\n`);
});

test('for programs progress is told when the state changes, else every ten seconds, and never twice the same', () => {
  const stream = new PassThrough();
  const clock = new FakeClock();
  const output = new JsonOutput(stream, clock, 'info');
  const [told, toldAll]: [number[], number[]] = [[], []];
  for (let second = 0; second <= 30; second++) {
    const state = second < 15 ? 'starting' : 'downloading';
    if (output.progress({ ...status, state, downloaded: Math.min(second, 20) })) toldAll.push(second);
    if (written(stream) !== '') told.push(second);
    clock.advance(1000);
  }
  assert.deepEqual(told, [0, 10, 15, 25]);
  assert.deepEqual(
    toldAll,
    [0, 10, 15, 25, 26, 27, 28, 29, 30],
    'between, and until the last change is told, it is not',
  );
});

test('on a terminal messages scroll above one progress line that fits and is never wrapped', () => {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 40 });
  const output = new TerminalOutput(stream, new FakeClock(), 'info');
  output.progress(status);
  const line = progressLine(status).slice(0, 39);
  assert.equal(written(stream), `\r\u001b[K${line}`);
  output.log('error', 'a name\u001b[31m\nof a stranger\u0007', { port: 1 });
  const [message, drawn] = written(stream).split('\n');
  assert.ok(message.startsWith('\r\u001b[K'));
  assert.match(message.slice(4), /^\d\d:\d\d:\d\d error: a name of a stranger {1,2}port=1$/);
  assert.equal(drawn, line);
  output.end();
  output.end();
  assert.equal(written(stream), '\n');
});

test('bytes are shown in three digits or so', () => {
  const rows: [number, string][] = [
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1_048_576, '1.0 MiB'],
    [5e11, '466 GiB'],
    [2 ** 70, '1048576 PiB'],
  ];
  for (const [bytes, text] of rows) assert.equal(formatBytes(bytes), text);
});

test('the progress line never says 100 % before it is', () => {
  assert.match(progressLine({ ...status, progress: 99.99 }), /^starting 99\.9%/);
});
