import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SwarmTask } from './swarm-records.ts';
import { TaskPorts } from './task-ports.ts';

test('a task keeps its ports when its host leaves them out, until it is gone or has others', () => {
  const ports = new TaskPorts();
  const seen = (...tasks: SwarmTask[]) =>
    ports.fillIn(tasks).map(({ Status }) => Status.PortStatus?.Ports?.[0].PublishedPort);
  assert.deepEqual(seen(task('a', 1), task('b')), [1, undefined]);
  assert.deepEqual(seen(task('a'), task('b', 2)), [1, 2]);
  assert.deepEqual(seen(task('a'), task('b', 3)), [1, 3]);
  assert.deepEqual(seen(task('b')), [3]);
  assert.deepEqual(seen(task('a'), task('b')), [undefined, 3]);
});

function task(ID: string, PublishedPort?: number): SwarmTask {
  const Ports = [
    { Protocol: 'tcp', TargetPort: 9091, PublishedPort: PublishedPort ?? 0, PublishMode: 'host' },
  ] as const;
  const status = { Timestamp: '', State: 'running', ...(PublishedPort === undefined ? {} : { PortStatus: { Ports } }) };
  return { ID, ServiceID: 's', CreatedAt: '', DesiredState: 'running', Spec: {}, Status: status };
}
