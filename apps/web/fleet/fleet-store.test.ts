import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeContainer, makeStatus } from './container.fixture.ts';
import { FleetStore } from './fleet-store.ts';

const AT = 1_000_000;
const MEBIBYTE = 1024 ** 2;

function watched() {
  const store = new FleetStore();
  store.apply({ type: 'snapshot', containers: [makeContainer(1), makeContainer(2)], at: AT });
  const told: string[] = [];
  for (const number of [1, 2]) store.watchRow(makeContainer(number).id, () => told.push(`row ${number}`));
  store.watchList(() => told.push('list'));
  return { store, told };
}

describe('the store of the fleet', () => {
  it('tells only those who watch a row that changed', () => {
    const { store, told } = watched();
    const changed = [makeContainer(2, { status: makeStatus({ progress: 26 }) })];
    store.apply({ type: 'changes', changed, removed: [], at: AT });
    assert.deepEqual(told, ['row 2', 'list']);
  });

  it('tells nobody when nothing that is shown changed', () => {
    const { store, told } = watched();
    const before = store.row(makeContainer(1).id);
    store.apply({ type: 'snapshot', containers: [makeContainer(1, { statusAt: AT + 9 }), makeContainer(2)], at: AT });
    assert.deepEqual(told, []);
    assert.equal(store.row(makeContainer(1).id), before);
  });

  it('forgets rows that a snapshot does not name', () => {
    const { store, told } = watched();
    store.apply({ type: 'snapshot', containers: [makeContainer(2)], at: AT });
    assert.deepEqual(told, ['row 1', 'list']);
    assert.equal(store.row(makeContainer(1).id), undefined);
  });

  it('says nothing while nobody looks and everything at once when somebody does', () => {
    const { store, told } = watched();
    store.setQuiet('hidden', true);
    for (const progress of [30, 31]) {
      const changed = [makeContainer(1, { status: makeStatus({ progress }) })];
      store.apply({ type: 'changes', changed, removed: [makeContainer(2).id], at: AT });
    }
    assert.deepEqual(told, []);
    store.setQuiet('hidden', false);
    assert.deepEqual(told, ['row 1', 'row 2', 'list']);
  });

  it('says nothing as long as there is any reason not to', () => {
    const { store, told } = watched();
    for (const reason of ['hidden', 'scrolling'] as const) store.setQuiet(reason, true);
    store.apply({ type: 'changes', changed: [], removed: [makeContainer(2).id], at: AT });
    store.setQuiet('hidden', false);
    assert.deepEqual(told, []);
    store.setQuiet('scrolling', false);
    assert.deepEqual(told, ['row 2', 'list']);
  });

  it('adds up what all of them do, without the speed of those that are silent', () => {
    const { store } = watched();
    store.apply({ type: 'changes', changed: [makeContainer(2, { health: 'unreachable' })], removed: [], at: AT });
    const { containers, downloadSpeed, peers, downloaded } = store.totals;
    assert.deepEqual([containers, downloadSpeed, peers, downloaded], [2, 1024 ** 2, 3, 32 * 1024 ** 2]);
  });

  it('is loaded by the first snapshot, even an empty one', () => {
    const store = new FleetStore();
    let told = 0;
    store.watchList(() => {
      told += 1;
    });
    store.apply({ type: 'snapshot', containers: [], at: AT });
    assert.deepEqual([store.loaded, told], [true, 1]);
  });

  it('counts what each of several instances has to download', () => {
    const store = new FleetStore();
    const status = makeStatus({ downloaded: 3 * MEBIBYTE, total_size: 4 * MEBIBYTE });
    const several = makeContainer(1, { totalSize: 2 * MEBIBYTE, status });
    // It has not said anything yet.
    const silent = makeContainer(2, { totalSize: MEBIBYTE, status: null });
    store.apply({ type: 'snapshot', containers: [several, silent], at: AT });
    assert.deepEqual([store.totals.downloaded, store.totals.size], [3 * MEBIBYTE, 5 * MEBIBYTE]);
  });
});
