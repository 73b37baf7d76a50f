import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { StartError } from '../errors.ts';
import { StateFolder } from './state-folder.ts';

const ONE = '1'.repeat(40);
const OTHER = '2'.repeat(40);

function place(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'state-folder-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'state');
}

function opened(path: string): StateFolder {
  const folder = new StateFolder(path);
  folder.open();
  return folder;
}

test('nothing is there before there is something to remember', (t) => {
  const path = place(t);
  const folder = opened(path);
  assert.deepEqual([folder.torrentPaths, folder.isPaused(ONE), existsSync(path)], [[], false, false]);
  folder.setPaused(ONE, false);
  folder.clearPaused();
  folder.drop(ONE);
  assert.equal(existsSync(path), false);
});

test('torrents and pauses are there again after a restart, until they are dropped', (t) => {
  const path = place(t);
  const folder = opened(path);
  folder.keep(OTHER, Buffer.from('other'));
  folder.keep(ONE, Buffer.from('one'));
  folder.setPaused(ONE, true);
  folder.setPaused(OTHER, true);
  const again = opened(path);
  assert.deepEqual(again.torrentPaths, [join(path, `${ONE}.torrent`), join(path, `${OTHER}.torrent`)]);
  assert.deepEqual([again.isPaused(ONE), again.isPaused(OTHER)], [true, true]);
  again.drop(ONE);
  again.clearPaused();
  assert.deepEqual(readdirSync(path), [`${OTHER}.torrent`]);
});

test('what others put there is nothing of ours; what is no folder is refused by name', (t) => {
  const path = place(t);
  opened(path).keep(ONE, Buffer.from('one'));
  writeFileSync(join(path, 'notes.txt'), '');
  writeFileSync(join(path, `${OTHER}.torrent.new`), 'half');
  assert.equal(opened(path).torrentPaths.length, 1);
  assert.throws(
    () => opened(join(path, 'notes.txt')),
    (error) => error instanceof StartError && error.code === 'state-folder' && error.message.includes('notes.txt'),
  );
});

test('what a client that was killed did not finish is cleared away, and not what somebody may be writing now', (t) => {
  const path = place(t);
  opened(path).keep(ONE, Buffer.from('one'));
  const [old, young] = [`${ONE}.torrent.new`, `${OTHER}.torrent.new`];
  for (const name of [old, young, 'mine.new']) writeFileSync(join(path, name), 'half');
  for (const name of [old, 'mine.new']) utimesSync(join(path, name), 1, 1);
  assert.deepEqual(opened(path).torrentPaths, [join(path, `${ONE}.torrent`)]);
  assert.deepEqual(readdirSync(path), [`${ONE}.torrent`, young, 'mine.new']);
});
