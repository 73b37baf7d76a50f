import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeContainer, makeStatus } from './container.fixture.ts';
import { FleetStore } from './fleet-store.ts';
import { PendingActions } from './pending-actions.ts';

const AT = 1_000_000;
const ID = makeContainer(1).id;

function started(patienceMs?: number) {
  const store = new FleetStore();
  store.apply({ type: 'snapshot', containers: [makeContainer(1)], at: AT });
  const pending = new PendingActions(store, patienceMs);
  const change = (over: Parameters<typeof makeContainer>[1]) =>
    store.apply({ type: 'changes', changed: [makeContainer(1, over)], removed: [], at: AT });
  return { store, pending, change };
}

describe('what was asked for', () => {
  it('is pending until an event shows that it happened', () => {
    const { pending, change } = started();
    pending.ask('pause', [ID]);
    change({ status: makeStatus({ progress: 30 }) });
    assert.equal(pending.get(ID)?.verb, 'pause');
    change({ status: makeStatus({ paused: true, state: 'paused' }) });
    assert.equal(pending.get(ID), undefined);
  });

  it('takes a restart for done only when the client started anew', () => {
    const { pending, change } = started();
    pending.ask('restart', [ID]);
    change({ status: makeStatus({ progress: 30 }) });
    assert.equal(pending.get(ID)?.verb, 'restart');
    change({ startedAt: AT + 1 });
    assert.equal(pending.get(ID), undefined);
  });

  it('is done when the container is gone', () => {
    const { store, pending } = started();
    pending.ask('remove', [ID]);
    store.apply({ type: 'changes', changed: [], removed: [ID], at: AT });
    assert.equal(pending.get(ID), undefined);
  });

  it('says that no answer came, and waits no more for what was asked before', async () => {
    const { pending } = started(1);
    const silent = new Promise<void>((resolve) => {
      pending.watch(ID, () => {
        if (pending.get(ID)?.silent) resolve();
      });
    });
    pending.ask('stop', [ID]);
    await silent;
    pending.drop(ID);
    assert.equal(pending.get(ID), undefined);
  });
});
