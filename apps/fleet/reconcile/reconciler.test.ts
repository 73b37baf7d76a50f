import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FakeClock, seededRandom, silentLogger } from '@enjambre/runtime';
import { Container } from '../containers/container.ts';
import { ContainerList } from '../containers/container-list.ts';
import { FakeDriver } from '../drivers/fake/fake-driver.ts';
import { type ContainerRecord, ContainerStore } from '../state/container-store.ts';
import { openDatabase } from '../state/database.ts';
import { Watcher } from '../watcher/watcher.ts';
import { Reconciler } from './reconciler.ts';

const crashed = { code: 1, signal: undefined, message: 'It ended with exit code 1.' };

test('a client that keeps failing is started later each time, and at once when the user asks', async (t) => {
  const { driver, clock, reconciler, container, settled } = await make(t, 'running');
  await settled();
  assert.equal(container.phase, 'running');
  for (const seconds of [1, 2, 4]) {
    driver.crash(container.id, crashed);
    await settled();
    assert.equal(container.phase, 'waiting');
    clock.advance(seconds * 1000 - 1);
    await settled();
    assert.equal(driver.get(container.id), undefined);
    clock.advance(1);
    await settled();
    assert.notEqual(driver.get(container.id), undefined);
  }
  assert.equal(container.record.restarts, 3);
  driver.crash(container.id, crashed);
  await reconciler.start(container);
  assert.equal(container.phase, 'running');
});

test('one that has lived for a minute is back after a second', async (t) => {
  const { driver, clock, container, settled } = await make(t, 'running');
  await settled();
  container.failures = 5;
  clock.advance(60_000);
  driver.crash(container.id, crashed);
  await settled();
  clock.advance(1000);
  await settled();
  assert.notEqual(driver.get(container.id), undefined);
});

test('what was stopped stays stopped, whatever happened before', async (t) => {
  const { driver, clock, reconciler, container, settled, store } = await make(t, 'running');
  await settled();
  driver.crash(container.id, crashed);
  await reconciler.stop(container);
  clock.advance(120_000);
  await settled();
  assert.equal(driver.get(container.id), undefined);
  assert.equal(container.phase, 'stopped');
  assert.equal(store.all()[0].wanted, 'stopped');
});

test('a start that fails is told to whoever asked, and tried again', async (t) => {
  const { driver, clock, reconciler, container, settled } = await make(t, 'stopped');
  driver.startFailure = 'It ended at once.';
  await assert.rejects(reconciler.start(container), /It ended at once/);
  assert.equal(container.last?.what, 'start-failed');
  driver.startFailure = undefined;
  clock.advance(1000);
  await settled();
  assert.equal(container.phase, 'running');
});

test('at the start what runs is taken in, what nobody remembers is removed', async (t) => {
  const { driver, container, settled } = await make(t, 'running', async (fake) => {
    await fake.start({ ...spec, id: '0123456789ab' });
    await fake.start({ ...spec, id: 'ffffffffffff' });
  });
  await settled();
  assert.deepEqual(
    driver.running().map(({ id }) => id),
    [container.id],
  );
  assert.equal(container.record.restarts, 0);
});

const spec = {
  torrentPath: '/none',
  folder: '/none',
  discoveryMode: 'tracker',
  downloadLimitBytesPerSecond: undefined,
  uploadLimitBytesPerSecond: undefined,
  peers: [],
};

async function make(
  t: TestContext,
  wanted: ContainerRecord['wanted'],
  prepare: (driver: FakeDriver) => Promise<void> = async () => {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'enjambre-reconcile-'));
  const store = new ContainerStore(openDatabase(join(folder, 'x.sqlite')));
  const clock = new FakeClock();
  const driver = new FakeDriver(clock);
  await prepare(driver);
  const containers = new ContainerList();
  const container = new Container(makeRecord(wanted), undefined);
  store.insert(container.record);
  containers.add(container);
  const watcher = new Watcher({ clock, random: seededRandom(1), onChange() {}, onMiss() {} });
  const specOf = ({ id }: Container) => ({ ...spec, id });
  const world = { clock, logger: silentLogger, specOf, onChange() {} };
  const reconciler = new Reconciler({ containers, store, driver, watcher, ...world });
  t.after(() => {
    watcher.close();
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await reconciler.takeOver();
  /** Everything that was begun is done. */
  const settled = () => reconciler.alone(container, async () => {});
  return { driver, clock, reconciler, container, settled, store };
}

function makeRecord(wanted: ContainerRecord['wanted']): ContainerRecord {
  return {
    id: '0123456789ab',
    name: 'x',
    wanted,
    paused: false,
    torrentName: 'x',
    infoHash: '0'.repeat(40),
    totalSize: 1,
    createdAt: 1,
    restarts: 0,
    config: {
      torrentFile: 'x.torrent',
      folderPath: '/none',
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
