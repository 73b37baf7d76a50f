import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { ArchiveLocks } from './archive-lock.ts';

const lockArchive = (folder: string, name = 'aa') => new ArchiveLocks().take(folder, name);
const parent = mkdtempSync(join(tmpdir(), 'enjambre-lock-'));
after(() => rmSync(parent, { recursive: true }));

it('is held by one at a time, and leaves nothing behind', async () => {
  const folder = join(parent, 'one');
  const lock = await lockArchive(join(folder, 'aa'));
  assert.equal(await lockArchive(join(folder, 'aa')), undefined);
  const other = await lockArchive(join(folder, 'bb'));
  await other?.release();
  await lock?.release();
  assert.deepEqual(readdirSync(folder), []);
  const again = await lockArchive(join(folder, 'aa'));
  assert.ok(again);
  await again.release();
});

it('is held by exactly one of many that want it at once, dead sockets in the way or not', async () => {
  const folder = join(parent, 'many');
  for (let round = 0; round < 5; round++) {
    await holdAndKill(join(folder, 'cc'));
    const locks = await Promise.all(Array.from({ length: 8 }, () => lockArchive(join(folder, 'cc'))));
    const held = locks.filter((lock) => lock !== undefined);
    assert.equal(held.length, 1);
    await held[0].release();
  }
});

it('is free again after kill -9', async () => {
  const folder = join(parent, 'killed');
  await holdAndKill(join(folder, 'dd'), async () => {
    assert.equal(await lockArchive(join(folder, 'dd')), undefined);
  });
  assert.equal(readdirSync(join(folder, 'dd')).length, 1, 'the dead socket is still there');
  const lock = await lockArchive(join(folder, 'dd'));
  assert.ok(lock);
  await lock.release();
  assert.deepEqual(readdirSync(folder), []);
});

it('works in folders whose names are too long for a socket', async () => {
  const folder = join(parent, 'long'.repeat(20), 'long'.repeat(20));
  const lock = await lockArchive(join(folder, 'ee'));
  assert.ok(lock);
  assert.equal(await lockArchive(join(folder, 'ee')), undefined);
  await lock.release();
});

it('takes one socket for all torrents of a process, and keeps others only from those it holds', async () => {
  const folder = join(parent, 'shared');
  const locks = new ArchiveLocks();
  const names = Array.from({ length: 50 }, (_, index) => `torrent-${index}`);
  const held = await Promise.all(names.map((name) => locks.take(folder, name)));
  assert.ok(held.every((lock) => lock !== undefined));
  assert.equal(readdirSync(folder).length, 1);
  assert.equal(await locks.take(folder, names[0]), undefined, 'not twice by ourselves');
  await holdAndKill(folder, async () => assert.equal(await locks.take(folder, 'aa'), undefined));
  assert.equal(await lockArchive(folder, names[1]), undefined);
  const other = await lockArchive(folder, 'another');
  assert.ok(other);
  await other.release();
  await held[1]!.release();
  const moved = await lockArchive(folder, names[1]);
  assert.ok(moved);
  await moved.release();
  await Promise.all(held.map((lock) => lock!.release()));
  assert.deepEqual(readdirSync(parent).includes('shared'), false, 'nothing is left');
});

async function holdAndKill(folder: string, meanwhile = async (): Promise<void> => {}): Promise<void> {
  const source = `
    const { ArchiveLocks } = await import(${JSON.stringify(join(import.meta.dirname, 'archive-lock.ts'))});
    console.log((await new ArchiveLocks().take(${JSON.stringify(folder)}, 'aa')) !== undefined);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [answer] = (await once(child.stdout, 'data')) as [Buffer];
  assert.equal(answer.toString(), 'true\n');
  await meanwhile();
  child.kill('SIGKILL');
  await once(child, 'exit');
}
