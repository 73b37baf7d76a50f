import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Clock, FakeClock } from '@enjambre/runtime';
import { StartError } from '../errors.ts';
import { WatchFolder } from './watch-folder.ts';

/** What the system says of it. */
const LOOP = 'too many symbolic links encountered';

/** A folder under watch; files written by `write` are as old as `ageMs` to the clock that the watcher goes by. */
function watched(t: TestContext) {
  const path = mkdtempSync(join(tmpdir(), 'watch-folder-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  const clock: Clock = new FakeClock();
  const found: string[] = [];
  const said: string[] = [];
  const logger = { log: (_level: string, message: string) => void said.push(message) };
  /** What files of that name wait for when they are handed over. */
  const waiting = new Map<string, Promise<void>>();
  const folder = new WatchFolder(path, clock, logger, (file) => {
    found.push(basename(file));
    return waiting.get(basename(file));
  });
  t.after(() => folder.stop());
  const write = (name: string, text: string, ageMs = 0) => {
    writeFileSync(join(path, name), text);
    const seconds = (clock.wallTime() - ageMs) / 1000;
    utimesSync(join(path, name), seconds, seconds);
  };
  return { path, folder, found, said, waiting, write };
}

test('a file is handed over once it has stopped changing, and only once', async (t) => {
  const { folder, found, write } = watched(t);
  await folder.start();
  write('a.torrent', 'half');
  await folder.scan();
  write('a.torrent', 'half and more');
  await folder.scan();
  assert.deepEqual(found, []);
  await folder.scan();
  await folder.scan();
  assert.deepEqual(found, ['a.torrent']);
});

test('files that were there long before are handed over at once, others than .torrent never', async (t) => {
  const { folder, found, write } = watched(t);
  for (const name of [
    'b.torrent',
    'a.torrent',
    'C.TORRENT',
    '.hidden.torrent',
    '.torrent',
    'a.torrent.part',
    'notes.txt',
  ])
    write(name, 'x', 60_000);
  await folder.start();
  assert.deepEqual(found, ['C.TORRENT', 'a.torrent', 'b.torrent']);
});

test('a file that changes after it was handed over is tried again, one that goes is forgotten', async (t) => {
  const { path, folder, found, write } = watched(t);
  write('a.torrent', 'bad', 60_000);
  await folder.start();
  write('a.torrent', 'good', 30_000);
  await folder.scan();
  assert.deepEqual(found, ['a.torrent', 'a.torrent']);
  rmSync(join(path, 'a.torrent'));
  await folder.scan();
  assert.equal(found.length, 2);
});

test('a file whose rights are changed is tried again: it could not be read before', async (t) => {
  const { path, folder, found, write } = watched(t);
  write('a.torrent', 'x', 60_000);
  await folder.start();
  chmodSync(join(path, 'a.torrent'), 0o640);
  await folder.scan();
  await folder.scan();
  assert.deepEqual(found, ['a.torrent', 'a.torrent']);
});

test('what has the name of a .torrent and cannot be one is named once', async (t) => {
  const { path, folder, found, said, write } = watched(t);
  mkdirSync(join(path, 'folder.torrent'));
  symlinkSync('loop.torrent', join(path, 'loop.torrent'));
  symlinkSync('/nowhere', join(path, 'nowhere.torrent'));
  await folder.start();
  // One that is only on its way elsewhere is not named.
  rmSync(join(path, 'nowhere.torrent'));
  await folder.scan();
  await folder.scan();
  write('folder.torrent/inside', 'x', 60_000);
  await folder.scan();
  assert.deepEqual(found, []);
  assert.deepEqual(
    said.map((line) => line.replace(`${path}/`, '')),
    ['folder.torrent: cannot be read: it is no file', `loop.torrent: cannot be read: ${LOOP}`],
  );
});

test('a name that is not UTF-8 is named', {
  skip: process.platform !== 'linux' && 'names are text there',
}, async (t) => {
  const { path, folder, found, said } = watched(t);
  writeFileSync(Buffer.concat([Buffer.from(`${path}/caf`), Buffer.from([0xe9]), Buffer.from('.torrent')]), 'x');
  await folder.start();
  await folder.scan();
  await folder.scan();
  assert.deepEqual(found, []);
  assert.equal(said.length, 1);
  assert.match(said[0], /caf\ufffd\.torrent: cannot be read: its name is not UTF-8$/);
});

test('a file that waits for something is handed over once more when that has come, in a folder that looks the same', async (t) => {
  const { path, folder, found, said, waiting, write } = watched(t);
  const { promise, resolve } = Promise.withResolvers<void>();
  waiting.set('a.torrent', promise);
  for (const name of ['a.torrent', 'b.torrent']) write(name, 'x', 60_000);
  utimesSync(path, 1, 1);
  await folder.start();
  await folder.scan();
  assert.deepEqual(found, ['a.torrent', 'b.torrent']);
  waiting.clear();
  resolve();
  await promise;
  await folder.scan();
  await folder.scan();
  assert.deepEqual(found, ['a.torrent', 'b.torrent', 'a.torrent']);
  assert.deepEqual(said, [`${join(path, 'a.torrent')}: tried again: what was in its way is gone`]);
});

test('a file that was touched while it waited is not handed over a third time', async (t) => {
  const { folder, found, waiting, write } = watched(t);
  const { promise, resolve } = Promise.withResolvers<void>();
  waiting.set('a.torrent', promise);
  write('a.torrent', 'x', 60_000);
  await folder.start();
  waiting.clear();
  write('a.torrent', 'y', 30_000);
  await folder.scan();
  resolve();
  await promise;
  await folder.scan();
  assert.deepEqual(found, ['a.torrent', 'a.torrent']);
});

test('a folder that goes away is named once and watched again when it is back', async (t) => {
  const { path, folder, found, said, write } = watched(t);
  await folder.start();
  renameSync(path, `${path}-away`);
  await folder.scan();
  await folder.scan();
  assert.equal(said.length, 1);
  assert.match(said[0], /cannot be read: no such file/);
  renameSync(`${path}-away`, path);
  write('a.torrent', 'x', 60_000);
  await folder.scan();
  assert.deepEqual(found, ['a.torrent']);
});

test('a folder that is not there at the start is refused by name', async (t) => {
  const { path, folder } = watched(t);
  rmSync(path, { recursive: true });
  await assert.rejects(folder.start(), (error) => error instanceof StartError && error.message.includes(path));
});
