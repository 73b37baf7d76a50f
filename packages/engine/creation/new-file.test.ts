import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { writeNewFile } from './new-file.ts';

const bytes = Buffer.from('new');
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'enjambre-new-file-'));
});
after(() => rm(folder, { recursive: true }));

describe('writeNewFile', () => {
  it('writes a file and nothing else', async () => {
    const path = join(folder, 'a');
    assert.equal(await writeNewFile(path, `${path}.tmp`, bytes, false), true);
    assert.equal(await readFile(path, 'utf8'), 'new');
    assert.deepEqual(await readdir(folder), ['a']);
  });

  it('leaves a file that is there alone unless it may replace it', async () => {
    const path = join(folder, 'a');
    await writeFile(path, 'old');
    assert.equal(await writeNewFile(path, `${path}.tmp`, bytes, false), false);
    assert.equal(await readFile(path, 'utf8'), 'old');
    assert.equal(await writeNewFile(path, `${path}.tmp`, bytes, true), true);
    assert.equal(await readFile(path, 'utf8'), 'new');
    assert.deepEqual(await readdir(folder), ['a']);
  });

  it('leaves nothing behind when it fails', async () => {
    await assert.rejects(writeNewFile(join(folder, 'none', 'a'), join(folder, 'a.tmp'), bytes, false), {
      code: 'ENOENT',
    });
    assert.deepEqual(await readdir(folder), ['a']);
  });
});
