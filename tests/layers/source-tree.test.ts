import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseSource } from './source-tree.ts';

const TEXT = `// What it is. import { no } from 'comment';
import { a } from 'node:fs';
import {
  b,
  type C,
} from '../wire/message.ts';
import type { D } from '@enjambre/metainfo';
import { type E, type F } from './e.ts';
import './effect.ts';
export { g } from './g.ts';
export * from './h.ts';
/* import 'block-comment'; */
const worker = new Worker(new URL('./disk-worker.ts', import.meta.url));
const lazy = await import('node:http');
const url = 'http://example.test'; // Date.now()
`;

describe('source tree', () => {
  const file = parseSource('packages/engine/storage/disk.ts', TEXT);

  it('sees every way to import, and which leave nothing at run time', () => {
    assert.deepEqual(
      file.imports.map(({ specifier, typeOnly, target }) => [specifier, typeOnly, target]),
      [
        ['node:fs', false, undefined],
        ['../wire/message.ts', false, 'packages/engine/wire/message.ts'],
        ['@enjambre/metainfo', true, undefined],
        ['./e.ts', true, 'packages/engine/storage/e.ts'],
        ['./effect.ts', false, 'packages/engine/storage/effect.ts'],
        ['./g.ts', false, 'packages/engine/storage/g.ts'],
        ['./h.ts', false, 'packages/engine/storage/h.ts'],
        ['./disk-worker.ts', false, 'packages/engine/storage/disk-worker.ts'],
        ['node:http', false, undefined],
      ],
    );
  });

  it('knows the room, the folders and the code without comments', () => {
    assert.equal(file.room, 'packages/engine');
    assert.deepEqual(file.folders, ['storage']);
    assert.equal(file.lines, 15);
    assert.ok(file.opensWithComment);
    assert.ok(file.code.includes('http://example.test'));
    assert.ok(!file.code.includes('Date.now'));
    assert.equal(parseSource('tests/interop/matrix.test.ts', '').room, 'tests');
  });
});
