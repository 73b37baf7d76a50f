import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readLogLine } from './log-line.ts';

describe('a line of a log', () => {
  it('of a client shows message first, then what belongs to it', () => {
    const raw =
      '{"time":"2026-01-02T03:04:05.000Z","level":"warn","message":"tracker silent","url":"http://x","tries":2}';
    assert.deepEqual(readLogLine(raw, 7), {
      number: 7,
      at: Date.UTC(2026, 0, 2, 3, 4, 5),
      level: 'warn',
      text: 'tracker silent  url=http://x  tries=2',
    });
  });

  it('of anybody else is shown as it came', () => {
    for (const raw of ['plain', '{"no":"message"}', '{broken']) {
      assert.deepEqual(readLogLine(raw, 1), { number: 1, at: undefined, level: undefined, text: raw });
    }
  });
});
