import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Engine, EngineRefusal } from './engine.ts';

test('the older of the two API versions is spoken', async (t) => {
  for (const [theirs, spoken] of [
    ['1.41', 'v1.41'],
    ['1.47', 'v1.47'],
    ['1.60', 'v1.47'],
  ]) {
    const { engine, asked } = await engineOf(t, theirs);
    await engine.connect();
    await engine.ask((docker) => docker.listContainers());
    assert.match(asked.at(-1)!, new RegExp(`^/${spoken}/containers/json`));
  }
});

test('an engine that is too old, and one that is not there, cannot be reached', async (t) => {
  const { engine } = await engineOf(t, '1.40');
  await assert.rejects(engine.connect(), { code: 'driver-unreachable', message: /API 1\.40; 1\.41 is needed/ });
  await assert.rejects(new Engine('unix:///there/is/none').connect(), {
    code: 'driver-unreachable',
    message: /ENOENT/,
  });
  await assert.rejects(new Engine('podman').connect(), { code: 'driver-unreachable' });
  assert.equal(await engine.answers(), false);
});

test('what the engine refuses comes with its words', async (t) => {
  const { engine } = await engineOf(t, '1.41');
  await engine.connect();
  const refusal = engine.ask((docker) => docker.getContainer('none').inspect());
  await assert.rejects(refusal, (error) => {
    assert.ok(error instanceof EngineRefusal);
    assert.deepEqual([error.engineStatus, error.words], [404, 'No such container: none']);
    assert.equal(error.message, 'The Docker engine says: No such container: none.');
    return true;
  });
});

/** Something that speaks of itself as an engine of that version does. */
async function engineOf(t: TestContext, version: string) {
  const folder = mkdtempSync(join(tmpdir(), 'enjambre-engine-'));
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!);
    response.setHeader('Content-Type', 'application/json');
    if (request.url === '/version') return void response.end(JSON.stringify({ ApiVersion: version }));
    if (request.url?.endsWith('/info')) return void response.end(JSON.stringify({ ID: 'a', Name: 'host', NCPU: 2 }));
    if (request.url?.includes('/containers/json')) return void response.end('[]');
    response.writeHead(404).end(JSON.stringify({ message: 'No such container: none' }));
  });
  const socket = join(folder, 'engine.sock');
  await once(server.listen(socket), 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });
  return { engine: new Engine(`unix://${socket}`), asked };
}
