import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSettings, UsageError } from '@enjambre/runtime';
import { dockerFlags, makeDockerSettings } from './docker-settings.ts';

function read(...argv: string[]) {
  return makeDockerSettings(readSettings({ command: 'x', flags: dockerFlags, argv, env: {}, readText: () => '' }));
}

test('nothing needs to be said', () => {
  assert.deepEqual(read(), {
    host: undefined,
    fleet: 'enjambre',
    image: 'enjambre:latest',
    allowedImages: [],
    network: 'enjambre',
    user: undefined,
    memoryBytes: undefined,
    cpus: undefined,
    pids: 256,
  });
});

test('limits are read with their units', () => {
  const { memoryBytes, cpus, allowedImages, user } = read(
    '--client-memory=1g',
    '--client-cpus=0.5',
    '--allowed-images=a:1,127.0.0.1:5000/b:2',
    '--client-user=0:4294967294',
  );
  assert.deepEqual(
    [memoryBytes, cpus, allowedImages, user],
    [1024 ** 3, 0.5, ['a:1', '127.0.0.1:5000/b:2'], '0:4294967294'],
  );
});

test('what cannot be meant is named', () => {
  for (const argument of [
    '--docker-host=/var/run/docker.sock',
    '--fleet=a b',
    '--image=-x',
    '--network=',
    '--client-user=root',
    '--client-memory=1M',
    '--client-cpus=0',
    '--client-pids=1',
  ]) {
    const flag = argument.split('=')[0];
    assert.throws(
      () => read(argument),
      (error) => error instanceof UsageError && error.message.startsWith(flag),
    );
  }
});
