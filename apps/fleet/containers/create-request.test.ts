import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCreateRequest } from './create-request.ts';

const plain = { containerName: 'seed', torrentFile: 'x.torrent' };

test('peers come from the tracker unless the overlay is named, alone or beside it', () => {
  const modeOf = (discoveryMode?: string) => readCreateRequest({ ...plain, discoveryMode }).discoveryMode;
  assert.deepEqual([undefined, 'overlay', ' tracker , overlay'].map(modeOf), ['tracker', 'overlay', 'tracker,overlay']);
  for (const wrong of ['dht', 'tracker,pex', 'nothing', '', 'tracker --x'])
    assert.throws(() => modeOf(wrong), /discoveryMode/);
});

test('what is for the overlay means nothing without it, and that is said', () => {
  const given = { ...plain, bootstrap: 'seed:6000,[::1]:6001', port: '6000' };
  assert.deepEqual(
    readCreateRequest(given).warnings.map((warning) => warning.split(' ')[0]),
    ['port', 'bootstrap'],
  );
  const used = readCreateRequest({ ...given, discoveryMode: 'overlay' });
  assert.deepEqual([used.warnings, used.bootstrap, used.port], [[], 'seed:6000,[::1]:6001', 6000]);
});

test('every bootstrap is a host with a port', () => {
  for (const bootstrap of ['seed', 'seed:0', 'seed:6000,', 'a b:1', '--x:1']) {
    assert.throws(() => readCreateRequest({ ...plain, bootstrap }), /bootstrap/, bootstrap);
  }
});
