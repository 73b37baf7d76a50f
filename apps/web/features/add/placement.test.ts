import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EMPTY_FIELDS } from './draft.ts';
import { placementOf, replicasAreRight } from './placement.ts';

describe('the placement of a form', () => {
  it('is none for one instance anywhere', () => {
    assert.equal(placementOf(EMPTY_FIELDS), undefined);
  });

  it('says what was chosen, and nothing of what its mode does not take', () => {
    const all = { ...EMPTY_FIELDS, host: 'a', constraints: ' node.role!=manager, ', spread: 'node.labels.rack' };
    assert.deepEqual(placementOf(all), { mode: 'one', host: 'a', constraints: ['node.role!=manager'] });
    assert.deepEqual(placementOf({ ...all, placement: 'global' }), {
      mode: 'global',
      constraints: ['node.role!=manager'],
    });
    assert.deepEqual(placementOf({ ...all, placement: 'replicas', replicas: '3', constraints: '' }), {
      mode: 'replicas',
      replicas: 3,
      host: 'a',
      spread: 'node.labels.rack',
    });
  });

  it('takes from 1 to 1000 instances', () => {
    const right = (replicas: string) => replicasAreRight({ ...EMPTY_FIELDS, placement: 'replicas', replicas });
    assert.deepEqual(['', '0', '1', '1000', '1001', 'two'].map(right), [false, false, true, true, false, false]);
    assert.ok(replicasAreRight(EMPTY_FIELDS));
  });
});
