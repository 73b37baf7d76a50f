import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Clock, FakeClock } from '@enjambre/runtime';
import { Engine } from '../engine/engine.ts';
import { SwarmSightings } from './swarm-sightings.ts';

/** Looks that are not asked for are further apart. */
const LONGEST_PAUSE_MS = 1_000;

test('a service that goes between two questions is asked about again, later each time and not for ever', async (t) => {
  const { sightings, services, pauses, tasksAsked } = await make(t);
  services.push({ ID: 'gone' });
  await assert.rejects(sightings.look(), { code: 'driver-refused', message: /service gone not found/ });
  assert.ok(tasksAsked() > 3 && tasksAsked() <= 12, `${tasksAsked()} times`);
  assert.equal(pauses.length, tasksAsked() - 1);
  assert.deepEqual(
    pauses,
    pauses.toSorted((a, b) => a - b),
  );
  assert.ok(pauses[0] > 0 && pauses.at(-1)! > pauses[0], pauses.join());

  const asked = tasksAsked();
  const looking = sightings.look();
  while (tasksAsked() === asked) await new Promise(setImmediate);
  services.pop();
  await looking;
  assert.equal(sightings.scene.services.size, 0);
});

/** An engine that knows no task of any service. */
async function make(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'enjambre-sightings-'));
  const services: { ID: string }[] = [];
  let tasksAsked = 0;
  const server = createServer((request, response) => {
    response.setHeader('Content-Type', 'application/json');
    const { pathname } = new URL(request.url!, 'http://engine');
    if (pathname === '/version') return void response.end(JSON.stringify({ ApiVersion: '1.47' }));
    if (pathname.endsWith('/services')) return void response.end(JSON.stringify(services));
    if (!pathname.endsWith('/tasks')) return void response.end(pathname.endsWith('/info') ? '{}' : '[]');
    tasksAsked++;
    response.writeHead(404).end(JSON.stringify({ message: 'service gone not found' }));
  });
  const socket = join(folder, 'engine.sock');
  await once(server.listen(socket), 'listening');
  const pauses: number[] = [];
  const still = new FakeClock();
  // Time that passes as soon as somebody waits for it.
  const clock: Clock = {
    now: () => still.now(),
    wallTime: () => still.wallTime(),
    every: (intervalMs, callback) => still.every(intervalMs, callback),
    after(delayMs, callback) {
      if (delayMs > LONGEST_PAUSE_MS) return still.after(delayMs, callback);
      pauses.push(delayMs);
      setImmediate(callback);
      return { cancel() {} };
    },
  };
  const engine = new Engine(`unix://${socket}`);
  await engine.connect();
  const sightings = new SwarmSightings({ engine, fleet: 'x', clock, isBusy: () => false });
  t.after(() => {
    sightings.close();
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });
  return { sightings, services, pauses, tasksAsked: () => tasksAsked };
}
