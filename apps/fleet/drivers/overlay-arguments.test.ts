import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overlayArguments } from './overlay-arguments.ts';
import { plainSpec } from './plain-spec.fixture.ts';

test('a client is told of the overlay only where its sources name it', () => {
  const spec = { ...plainSpec, bootstrap: 'a:6000,b:6000' };
  assert.deepEqual(overlayArguments(spec, 6000), []);
  const both = { ...spec, discoveryMode: 'tracker,overlay' };
  assert.deepEqual(overlayArguments(both, 6000), ['--overlay-port=6000', '--bootstrap=a:6000,b:6000']);
  assert.deepEqual(overlayArguments({ ...both, bootstrap: null }, 0), ['--overlay-port=0']);
});
