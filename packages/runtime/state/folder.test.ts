// Making folders ends, whatever the system says.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { makeFolder, makeFolderSync } from './folder.ts';

const root = mkdtempSync(join(tmpdir(), 'enjambre-folder-'));
after(() => rmSync(root, { recursive: true }));

const ways = {
  makeFolder,
  makeFolderSync: async (folder: string, mode?: number) => makeFolderSync(folder, mode),
};

for (const [name, make] of Object.entries(ways)) {
  describe(name, () => {
    it('makes every folder on the way, with the mode that was asked for, and may be called again', async () => {
      const folder = join(root, name, 'a', 'b');
      await make(folder, 0o700);
      await make(folder, 0o755);
      assert.equal(statSync(folder).mode & 0o777, 0o700);
      assert.equal(statSync(join(root, name, 'a')).mode & 0o777, 0o700);
    });

    it('fails, and does not go round for ever, where no folder can be made', { timeout: 10_000 }, async () => {
      if (process.platform === 'linux') await assert.rejects(make('/proc/enjambre/a'), { code: 'ENOENT' });
      const link = join(root, `${name}-link`);
      symlinkSync(join(root, 'nowhere', 'nothing'), link);
      await assert.rejects(make(join(link, 'a')), { code: 'EEXIST' });
      const file = join(root, `${name}-file`);
      writeFileSync(file, '');
      await assert.rejects(make(join(file, 'a', 'b')), { code: 'ENOTDIR' });
      await assert.rejects(make(file), { code: 'EEXIST' });
    });
  });
}

it('makeFolder tells the first folder that it made', async () => {
  const first = join(root, 'first');
  assert.equal(await makeFolder(join(first, 'second')), first);
  assert.equal(await makeFolder(join(first, 'second')), undefined);
});
