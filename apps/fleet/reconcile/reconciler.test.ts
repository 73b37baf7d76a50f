import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FakeClock, seededRandom, silentLogger } from '@enjambre/runtime';
import { Container } from '../containers/container.ts';
import { ContainerList } from '../containers/container-list.ts';
import type { Keepsake } from '../drivers/driver.ts';
import { FakeDriver } from '../drivers/fake/fake-driver.ts';
import { plainSpec } from '../drivers/plain-spec.fixture.ts';
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

test('a clock that is set meanwhile puts no start off', async (t) => {
  const { driver, clock, container, settled } = await make(t, 'running');
  await settled();
  driver.crash(container.id, crashed);
  await settled();
  clock.setWall(-3_600_000);
  clock.advance(1000);
  await settled();
  assert.notEqual(driver.get(container.id), undefined);
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
    await fake.start(plainSpec);
    await fake.start({ ...plainSpec, id: 'ffffffffffff' });
  });
  await settled();
  assert.deepEqual(
    driver.running().map(({ id }) => id),
    [container.id],
  );
  assert.equal(container.record.restarts, 0);
});

test('what only the driver remembers is taken in again, and what it cannot tell of is let be', async (t) => {
  const { driver, containers } = await make(t, 'stopped', async (fake) => {
    fake.leave({ ...plainSpec, id: 'aaaaaaaaaaaa', keepsake: 'ours' }, Buffer.alloc(0));
    fake.leave({ ...plainSpec, id: 'bbbbbbbbbbbb', keepsake: 'of somebody else' }, Buffer.alloc(0));
  });
  assert.equal(containers.get('aaaaaaaaaaaa')?.phase, 'running');
  assert.equal(containers.get('bbbbbbbbbbbb'), undefined);
  assert.notEqual(driver.get('bbbbbbbbbbbb'), undefined);
});

test('one that is restarted by what runs it counts as restarted, and is not started twice', async (t) => {
  const { driver, container, clock, settled } = await make(t, 'running');
  await settled();
  driver.bounce(container.id, crashed);
  await settled();
  assert.equal(container.phase, 'running');
  assert.equal(container.record.restarts, 1);
  clock.advance(60_000);
  await settled();
  assert.equal(container.record.restarts, 1);
});

test('what was wanted while nothing could be reached is done as soon as it can', async (t) => {
  const { driver, reconciler, container, settled } = await make(t, 'running');
  await settled();
  driver.cut('The engine does not answer.');
  await assert.rejects(reconciler.stop(container), /does not answer/);
  assert.equal(container.phase, 'running');
  driver.cut(undefined);
  await settled();
  assert.equal(container.phase, 'stopped');
  assert.equal(driver.get(container.id), undefined);
});

test('while nothing can be remembered clients go on, and what is asked for is refused with nothing changed', async (t) => {
  const { driver, clock, reconciler, container, settled, refuseWrites } = await make(t, 'running');
  await settled();
  refuseWrites(true);
  await assert.rejects(reconciler.stop(container), { code: 'not-kept' });
  assert.deepEqual([container.record.wanted, container.phase], ['running', 'running']);
  driver.crash(container.id, crashed);
  await settled();
  assert.equal(container.last?.what, 'exited');
  clock.advance(1000);
  await settled();
  assert.equal(container.phase, 'running');
  refuseWrites(false);
  await reconciler.stop(container);
  assert.equal(container.phase, 'stopped');
});

async function make(
  t: TestContext,
  wanted: ContainerRecord['wanted'],
  prepare: (driver: FakeDriver) => Promise<void> = async () => {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'enjambre-reconcile-'));
  const database = openDatabase(join(folder, 'x.sqlite'));
  const store = new ContainerStore(database);
  const clock = new FakeClock();
  const driver = new FakeDriver(clock);
  await prepare(driver);
  const containers = new ContainerList();
  const container = new Container(makeRecord(wanted), undefined);
  store.insert(container.record);
  containers.add(container);
  const watcher = new Watcher({ clock, random: seededRandom(1), isBusy: () => false, onChange() {}, onMiss() {} });
  const specOf = ({ id }: Container) => ({ ...plainSpec, id });
  const adopt = async (id: string, { text }: Keepsake) => {
    if (text !== 'ours') return undefined;
    const adopted = new Container({ ...makeRecord('running'), id, name: 'adopted' }, undefined);
    store.insert(adopted.record);
    containers.add(adopted);
    return adopted;
  };
  const world = { clock, logger: silentLogger, specOf, adopt, onChange() {} };
  const reconciler = new Reconciler({ containers, store, driver, watcher, ...world });
  t.after(() => {
    watcher.close();
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await reconciler.takeOver();
  /** Everything that was begun is done. */
  const settled = () => reconciler.alone(container, async () => {});
  /** As on a disk that became full or read-only. */
  const refuseWrites = (refused: boolean) => database.exec(`PRAGMA query_only = ${refused ? 'ON' : 'OFF'}`);
  return { driver, clock, reconciler, container, containers, settled, store, refuseWrites };
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
    lastSeen: null,
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
