import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conforms } from './conforms.ts';
import { type Status, StatusSchema } from './status.ts';

const status: Status = {
  state: 'downloading',
  paused: false,
  progress: 45.32,
  downloaded: 23_456_789,
  total_size: 51_773_349,
  download_speed: 1_048_576,
  upload_speed: 524_288,
  connected_peers: 5,
  total_peers: 12,
  eta: '27s',
};

test('the schema names the ten fields in the order that other programs rely on', () => {
  assert.equal(
    Object.keys(StatusSchema.properties).join(', '),
    'state, paused, progress, downloaded, total_size, download_speed, upload_speed, connected_peers, total_peers, eta',
  );
});

test('the schema takes a right status and none with a field more, less, fractional or beyond its range', () => {
  assert.ok(conforms(StatusSchema, status));
  const { eta: _, ...short } = status;
  for (const wrong of [
    short,
    { ...status, extra: 1 },
    { ...status, download_speed: 0.5 },
    { ...status, progress: 100.1 },
    { ...status, state: 'checking' },
    { ...status, eta: '1h' },
  ]) {
    assert.equal(conforms(StatusSchema, wrong), false, JSON.stringify(wrong));
  }
  for (const eta of ['∞', '0s', '1m 0s', '1h 0m', '2562047h 47m']) {
    assert.ok(conforms(StatusSchema, { ...status, eta }), eta);
  }
});
