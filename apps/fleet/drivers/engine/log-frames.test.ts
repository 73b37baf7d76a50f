import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LogFrames } from './log-frames.ts';

const AT = '2026-01-02T03:04:05.000000006Z';
const OUT = 1;
const ERR = 2;

test('lines come out whole, however the bytes were cut', () => {
  const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ' '));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), fc.array(fc.nat({ max: 40 }), { maxLength: 30 }), (lines, cuts) => {
      const bytes = Buffer.concat(lines.map((text) => frame(OUT, `${text}\n`)));
      const seen: string[] = [];
      const frames = new LogFrames(({ text, at }) => {
        assert.equal(at, AT);
        seen.push(text);
      });
      let rest = bytes;
      for (const length of cuts) {
        frames.take(rest.subarray(0, length));
        rest = rest.subarray(length);
      }
      frames.take(rest);
      assert.deepEqual(seen, lines);
    }),
  );
});

test('a line that the engine has cut in two is one, also when the other stream speaks in between', () => {
  const seen: string[] = [];
  const frames = new LogFrames(({ text }) => seen.push(text));
  frames.take(Buffer.concat([frame(OUT, 'one '), frame(ERR, 'other\n'), frame(OUT, 'line\n'), frame(OUT, 'no end')]));
  assert.deepEqual(seen, ['other', 'one line']);
});

test('of a service each line comes with its writer, also when another speaks in the middle of it', () => {
  const seen: string[] = [];
  const frames = new LogFrames(({ text, writer }) => seen.push(`${writer}: ${text}`), true);
  const parts = [frame(OUT, 'task=a one '), frame(OUT, 'task=b other\n'), frame(OUT, 'task=a line\n')];
  frames.take(Buffer.concat(parts));
  assert.deepEqual(seen, ['task=b: other', 'task=a: one line']);
});

function frame(stream: number, text: string): Buffer {
  const body = Buffer.from(`${AT} ${text}`);
  const head = Buffer.alloc(8);
  head[0] = stream;
  head.writeUInt32BE(body.length, 4);
  return Buffer.concat([head, body]);
}
