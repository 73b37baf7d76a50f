import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ContainerRecord, ContainerStore } from './container-store.ts';
import { openDatabase } from './database.ts';

function record(id: string, createdAt: number): ContainerRecord {
  return {
    id,
    name: `name-${id}`,
    wanted: 'running',
    paused: false,
    torrentName: 'film',
    infoHash: 'a'.repeat(40),
    totalSize: 5,
    createdAt,
    restarts: 0,
    lastSeen: null,
    config: {
      torrentFile: 'film.torrent',
      folderPath: '/downloads/film',
      discoveryMode: 'tracker',
      networkName: null,
      imageName: null,
      port: null,
      bootstrap: null,
      downloadLimit: null,
      uploadLimit: null,
      peers: [],
    },
  };
}

test('containers come back as they were, in the order they were made, even within one millisecond', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'enjambre-store-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'fleet.sqlite');
  const made = ['c', 'a', 'd', 'b'].map((letter) => record(letter.repeat(12), 1000));
  const first = openDatabase(file);
  for (const one of made) new ContainerStore(first).insert(one);
  first.close();
  const second = openDatabase(file);
  t.after(() => second.close());
  assert.deepEqual(new ContainerStore(second).all(), made);
});
