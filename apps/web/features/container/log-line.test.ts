import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readLogLine } from './log-line.ts';

describe('a line of a log', () => {
  it('of a client shows message first, then what belongs to it', () => {
    const raw =
      '{"time":"2026-01-02T03:04:05.000Z","level":"warn","message":"tracker silent","url":"http://x","tries":2}';
    assert.deepEqual(readLogLine(raw, 7, false), {
      number: 7,
      at: Date.UTC(2026, 0, 2, 3, 4, 5),
      level: 'warn',
      writer: undefined,
      text: 'tracker silent  url=http://x  tries=2',
    });
  });

  it('of anybody else is shown as it came', () => {
    for (const raw of ['plain', '{"no":"message"}', '{broken']) {
      const shown = { number: 1, at: undefined, level: undefined, writer: undefined, text: raw };
      assert.deepEqual(readLogLine(raw, 1, false), shown);
    }
  });

  it('of one of several instances tells which', () => {
    const { writer, level, text } = readLogLine('2@host-b | {"level":"error","message":"no | room"}', 1, true);
    assert.deepEqual([writer, level, text], ['2@host-b', 'error', 'no | room']);
    assert.equal(readLogLine('a | b', 1, false).text, 'a | b');
  });
});
