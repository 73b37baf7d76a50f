// docs/contract.md §3, containers: every route and every refusal, against real clients.

import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ContainerViewSchema, CreatedContainerSchema, conforms, restingStatus, StatsSchema } from '@enjambre/contract';
import { afterwards } from '../contract/cleanup.ts';
import { makeTorrent } from '../contract/torrent-fixture.ts';
import { type Answer, assertRefused, clientsStandStill, startBackend } from './backend-process.ts';

const TIMEOUT_MS = 120_000;
const DIGITS = /^[0-9a-f]{12}$/;

test('containers, from creation to removal', { timeout: TIMEOUT_MS }, async (t) => {
  const backend = await startBackend(t);
  const { call, root } = backend;
  const torrent = makeTorrent(t, 200_000);
  await backend.upload(readFileSync(torrent.path), 'one.torrent');
  const create = (request: Record<string, unknown>) => call('POST', '/api/containers', request);

  await t.test('lists are [] when empty', async () => {
    for (const path of ['/api/containers', '/api/networks']) assert.deepEqual((await call('GET', path)).body, []);
  });

  await t.test('health says what it is', async () => {
    const { status, body } = await call('GET', '/health');
    assert.deepEqual({ status, body }, { status: 200, body: { status: 'ok', service: 'enjambre', version: '0.1.0' } });
  });

  await t.test('a create that cannot be meant names the field', async () => {
    const good = { containerName: 'x', torrentFile: 'one.torrent' };
    const cases: [Record<string, unknown>, string][] = [
      [{ torrentFile: 'one.torrent' }, 'containerName'],
      [{ containerName: 'x' }, 'torrentFile'],
      [{ ...good, containerName: '-x' }, 'containerName'],
      [{ ...good, containerName: 'x'.repeat(64) }, 'containerName'],
      [{ name: 'a b', torrentFile: 'one.torrent' }, 'name'],
      [{ ...good, port: 'many' }, 'port'],
      [{ ...good, port: 65536 }, 'port'],
      [{ ...good, port: true }, 'port'],
      [{ ...good, downloadLimit: 0 }, 'downloadLimit'],
      [{ ...good, uploadLimit: 1e30 }, 'uploadLimit'],
      [{ ...good, peers: Array(1001).fill('127.0.0.1:1') }, 'peers'],
      [{ ...good, peers: ['nowhere'] }, 'peers'],
      [{ ...good, folderPath: 'a\0b' }, 'folderPath'],
    ];
    for (const [request, field] of cases) {
      const answer = await create(request);
      assertRefused(answer, 400, 'invalid-request', field);
      assert.ok((answer.body as { error: string }).error.startsWith(field), JSON.stringify(answer.body));
    }
    for (const [placement, sentence] of [
      [{ mode: 'many' }, 'placement: mode must be one of one, replicas, global'],
      [{ mode: 'replicas', replicas: 0 }, 'placement: replicas must be >= 1'],
      [{}, 'placement: mode is missing'],
      [{ mode: 'one', rack: 1 }, 'placement: rack is nothing that can be asked for here'],
    ] as const) {
      const answer = await create({ ...good, placement });
      assertRefused(answer, 400, 'invalid-request', 'placement');
      assert.equal((answer.body as { error: string }).error, sentence);
    }
    assertRefused(await create({ ...good, discoveryMode: 'dht' }), 400, 'invalid-request', 'discoveryMode');
    assertRefused(await create({ ...good, bootstrap: 'a' }), 400, 'invalid-request', 'bootstrap');
    const broken = await fetch(`${backend.url}/api/containers`, { method: 'POST', body: '{' });
    assert.equal(broken.status, 400);
  });

  await t.test('a torrent that is not there, a folder outside the root: 404, 403', async () => {
    assertRefused(await create({ name: 'x', torrentFile: 'none.torrent' }), 404, 'torrent-not-found');
    assertRefused(await create({ name: 'x', torrentFile: '../enjambre.sqlite' }), 404, 'torrent-not-found');
    const outside = mkdtempSync(join(tmpdir(), 'enjambre-outside-'));
    afterwards(t, () => rmSync(outside, { recursive: true, force: true }));
    symlinkSync(outside, join(root, 'link'));
    for (const folderPath of ['..', '../x', '/etc', 'a/../../x', 'link', 'link/deeper', outside]) {
      const answer = await create({ name: 'x', torrentFile: 'one.torrent', folderPath });
      assertRefused(answer, 403, 'path-outside-root', 'folderPath');
    }
    assert.deepEqual(readdirSync(outside), []);
    assert.deepEqual((await call('GET', '/api/containers')).body, []);
  });

  let id = '';
  await t.test(
    'create starts a client and answers as scripts expect, with a warning for what means nothing',
    async () => {
      const request = {
        containerName: 'web-1',
        torrentFile: 'one.torrent',
        networkName: 'net',
        port: '6000',
        folderPath: '',
      };
      const { status, body } = await create(request);
      assert.equal(status, 200, JSON.stringify(body));
      assert.ok(conforms(CreatedContainerSchema, body), JSON.stringify(body));
      id = body.containerId;
      assert.match(id, DIGITS);
      assert.deepEqual(
        { ...body, warnings: body.warnings?.length },
        {
          success: true,
          containerId: id,
          name: 'web-1',
          message: 'Container created and started successfully',
          warnings: 2,
        },
      );
    },
  );

  await t.test('the list has it in the words of Docker', async () => {
    const [row, ...rest] = (await call('GET', '/api/containers')).body as Record<string, unknown>[];
    assert.deepEqual(rest, []);
    assert.deepEqual(Object.keys(row), ['id', 'name', 'image', 'state', 'status', 'created', 'ports']);
    assert.deepEqual([row.id, row.name, row.state], [id, 'web-1', 'running']);
    assert.match(String(row.status), /^Up \d+ seconds?$/);
    assert.ok(Math.abs(Number(row.created) - Date.now() / 1000) < 60);
    const [control] = row.ports as Record<string, unknown>[];
    assert.deepEqual({ ...control, publicPort: 0 }, { privatePort: 9091, publicPort: 0, type: 'tcp', ip: '127.0.0.1' });
  });

  await t.test('it is found by id, prefix and name, and nothing else is', async () => {
    for (const reference of [id, id.slice(0, 5), 'web-1']) {
      const { body } = await call('GET', `/api/containers/${reference}`);
      const found = body as Record<string, unknown>;
      assert.deepEqual([found.id, found.name, found.state], [id, 'web-1', 'running']);
      assert.equal(new Date(String(found.created)).toISOString(), found.created);
      assert.equal((found.config as Record<string, unknown>).folderPath, join(root, 'web-1'));
    }
    const routes: [string, string][] = [
      ['GET', ''],
      ['GET', '/logs'],
      ['GET', '/stats'],
      ['GET', '/status'],
      ['DELETE', ''],
      ...['start', 'stop', 'restart', 'pause', 'resume'].map((verb): [string, string] => ['POST', `/${verb}`]),
    ];
    for (const [method, rest] of routes) {
      assertRefused(await call(method, `/api/containers/nobody${rest}`), 404, 'container-not-found');
    }
  });

  await t.test('one name, one container, also when two ask at once', async () => {
    assertRefused(await create({ name: 'web-1', torrentFile: 'one.torrent', folderPath: 'y' }), 409, 'name-taken');
    const twins = await Promise.all([1, 2].map(() => create({ name: 'twin', torrentFile: 'one.torrent' })));
    assert.deepEqual(twins.map(({ status }) => status).sort(), [200, 409]);
    assertRefused(twins.find(({ status }) => status === 409) as Answer, 409, 'name-taken');
    assert.equal((await call('DELETE', '/api/containers/twin?force=true')).status, 200);
  });

  await t.test('one folder, one client of a torrent', async () => {
    const answer = await create({ name: 'web-2', torrentFile: 'one.torrent', folderPath: 'web-1' });
    assertRefused(answer, 409, 'folder-in-use', 'folderPath');
  });

  await t.test('one folder, one content of a file; beside it another torrent may lie', async () => {
    await backend.upload(readFileSync(makeTorrent(t, 100_000).path), 'other.torrent');
    const request = { name: 'web-2', torrentFile: 'other.torrent', folderPath: 'web-1' };
    const answer = await create(request);
    assertRefused(answer, 409, 'folder-in-use', 'folderPath');
    assert.match(String((answer.body as { error: string }).error), /^"web-1" has other content at data-1\.bin/);
    await backend.upload(readFileSync(makeTorrent(t, 100_000, { seed: 2 }).path), 'beside.torrent');
    assert.equal((await create({ ...request, torrentFile: 'beside.torrent' })).status, 200);
    assert.equal((await call('DELETE', '/api/containers/web-2?force=true')).status, 200);
  });

  await t.test('status has the torrent and the ten fields of the client, in order', async () => {
    await backend.until('web-1', ({ health }) => health === 'healthy');
    const { body } = await call('GET', `/api/containers/${id}/status`);
    const fields = ['torrent_name', 'state', 'paused', 'progress', 'downloaded', 'total_size', 'download_speed'];
    assert.deepEqual(Object.keys(body as object), [
      ...fields,
      ...['upload_speed', 'connected_peers', 'total_peers', 'eta'],
    ]);
    assert.equal((body as Record<string, unknown>).torrent_name, 'data-1.bin');
    assert.equal((body as Record<string, unknown>).total_size, 200_000);
  });

  await t.test('pause and resume reach the client, twice the same', async () => {
    for (const [verb, paused] of [
      ['pause', true],
      ['pause', true],
      ['resume', false],
      ['resume', false],
    ] as const) {
      const { status, body } = await call('POST', `/api/containers/web-1/${verb}`);
      assert.deepEqual({ status, body }, { status: 200, body: { success: true, paused } });
      const told = (await call('GET', `/api/containers/${id}/status`)).body as { paused: boolean };
      assert.equal(told.paused, paused);
    }
  });

  await t.test('stats and logs are of the client', async () => {
    const { body } = await call('GET', `/api/containers/${id}/stats`);
    assert.ok(conforms(StatsSchema, body), JSON.stringify(body));
    assert.ok(body.memoryBytes > 10_000_000 && body.memoryBytes < body.memoryLimitBytes, JSON.stringify(body));
    const { logs } = (await call('GET', `/api/containers/${id}/logs?tail=1`)).body as { logs: string };
    assert.equal(logs.split('\n').length, 2);
    const all = (await call('GET', `/api/containers/${id}/logs`)).body as { logs: string };
    assert.match(all.logs, /"message":"listening"/);
    assertRefused(await call('GET', `/api/containers/${id}/logs?tail=few`), 400, 'invalid-request', 'tail');
  });

  await t.test(
    'start and stop refuse what is so already; a stopped one has no stats, and says why it has no status',
    async () => {
      assertRefused(await call('POST', `/api/containers/${id}/start`), 409, 'wrong-state');
      const running = await backend.until('web-1', (row) => (row.status?.total_size ?? 0) > 0);
      assert.deepEqual((await call('POST', `/api/containers/${id}/stop`)).body, {
        success: true,
        message: 'Container stopped',
      });
      assertRefused(await call('POST', `/api/containers/${id}/stop`), 409, 'wrong-state');
      assertRefused(await call('GET', `/api/containers/${id}/stats`), 409, 'wrong-state');
      assertRefused(await call('POST', `/api/containers/${id}/pause`), 409, 'wrong-state');
      const { status, body } = await call('GET', `/api/containers/${id}/status`);
      const told = body as Record<string, unknown>;
      assert.equal(status, 200);
      assert.deepEqual([told.state, told.total_size, told.progress_percent, told.eta], ['unknown', 0, 0, '∞']);
      assert.equal(typeof told.error, 'string');
      const row = (await call('GET', `/api/v1/containers/${id}`)).body;
      assert.ok(conforms(ContainerViewSchema, row), JSON.stringify(row));
      assert.deepEqual([row.state, row.wanted, row.reason?.code], ['exited', 'stopped', 'stopped-by-user']);
      // How far it had come is still known.
      assert.deepEqual(row.status, restingStatus(running.status!));
    },
  );

  await t.test('start and restart bring it back, with its pause', async () => {
    assert.equal((await call('POST', `/api/containers/${id}/start`)).status, 200);
    await call('POST', `/api/containers/${id}/pause`);
    const before = backend.pidOf(id);
    assert.deepEqual((await call('POST', `/api/containers/${id}/restart`)).body, {
      success: true,
      message: 'Container restarted',
    });
    assert.notEqual(backend.pidOf(id), before);
    await backend.until('web-1', ({ status }) => status?.paused === true);
  });

  await t.test('a folder that cannot be made is named', async () => {
    writeFileSync(join(root, 'file'), '');
    const answer = await create({ name: 'never', torrentFile: 'one.torrent', folderPath: 'file/sub' });
    assertRefused(answer, 400, 'invalid-request', 'folderPath');
    // Nothing is made on the way to what no system can have.
    const before = readdirSync(root);
    for (const folderPath of [`long/${'x'.repeat(300)}`, `long/${'é'.repeat(200)}`, 'long/'.repeat(100_000)]) {
      const long = await create({ name: 'never', torrentFile: 'one.torrent', folderPath });
      assertRefused(long, 400, 'invalid-request', 'folderPath');
      assert.ok((long.body as { error: string }).error.length < 200);
    }
    assert.deepEqual(readdirSync(root), before);
  });

  await t.test('networks are not with processes', async () => {
    assertRefused(await call('POST', '/api/networks', { name: 'n' }), 501, 'not-with-this-driver');
    assertRefused(await call('POST', '/api/networks', {}), 400, 'invalid-request', 'name');
  });

  await t.test('a running one is removed only by force, and its data stays', async () => {
    mkdirSync(join(root, 'web-1'), { recursive: true });
    assertRefused(await call('DELETE', `/api/containers/${id}`), 409, 'running');
    const { status, body } = await call('DELETE', `/api/containers/${id}?force=true`);
    assert.deepEqual({ status, body }, { status: 200, body: { success: true, message: 'Container removed' } });
    assert.deepEqual((await call('GET', '/api/containers')).body, []);
    assert.deepEqual(readdirSync(join(backend.home, 'processes')), []);
    assert.ok(existsSync(join(root, 'web-1')));
  });

  await t.test('what is not there is 404 in the same form', async () => {
    assertRefused(await call('GET', '/api/nothing'), 404, 'not-found');
    assertRefused(await call('POST', '/api/v1/nothing/x'), 404, 'not-found');
  });

  await t.test('another method than a route has is 405, and Allow says which it has', async () => {
    for (const [method, path, allowed] of [
      ['PUT', '/api/containers', 'GET, HEAD, POST'],
      ['GET', '/api/containers/x/pause?now', 'POST'],
      ['HEAD', '/api/v1/actions', 'POST'],
      ['OPTIONS', '/api/containers/a%20b', 'DELETE, GET, HEAD'],
      ['DELETE', '/health', 'GET, HEAD'],
      ['POST', '/metrics', 'GET, HEAD'],
    ]) {
      const answer = await call(method, path);
      assert.deepEqual([answer.status, answer.headers.get('allow')], [405, allowed], `${method} ${path}`);
      if (method !== 'HEAD') assertRefused(answer, 405, 'method-not-allowed');
    }
  });
});

test('a client that cannot start leaves nothing behind, and says why', { timeout: TIMEOUT_MS }, async (t) => {
  // An address that no machine has (RFC 5737).
  const { call, upload, home } = await startBackend(t, { argv: ['--listen-host=192.0.2.1'] });
  await upload(readFileSync(makeTorrent(t, 1000).path), 'one.torrent');
  const answer = await call('POST', '/api/containers', { name: 'never', torrentFile: 'one.torrent' });
  assertRefused(answer, 502, 'start-failed');
  assert.match((answer.body as { error: string }).error, /exit code 2: .*--listen-host/);
  assert.deepEqual((await call('GET', '/api/containers')).body, []);
  for (const folder of ['processes', 'containers']) assert.deepEqual(readdirSync(join(home, folder)), []);
});

test('what somebody does to a container that is being created is told to its creator', {
  // Less than a client is given to come up.
  timeout: 30_000,
}, async (t) => {
  const { call, upload, until, home } = await startBackend(t, { env: clientsStandStill(t) });
  await upload(readFileSync(makeTorrent(t, 1000).path), 'one.torrent');
  const create = (name: string) => call('POST', '/api/containers', { name, torrentFile: 'one.torrent' });

  const removed = create('removed');
  await until('removed', () => true);
  assert.equal((await call('DELETE', '/api/containers/removed?force=true')).status, 200);
  assertRefused(await removed, 409, 'removed-meanwhile');
  assert.deepEqual((await call('GET', '/api/containers')).body, []);
  for (const folder of ['processes', 'containers']) assert.deepEqual(readdirSync(join(home, folder)), []);

  const stopped = create('stopped');
  await until('stopped', () => true);
  assert.equal((await call('POST', '/api/containers/stopped/stop')).status, 200);
  const { status, body } = await stopped;
  assert.deepEqual(
    [status, (body as { warnings: unknown }).warnings],
    [200, ['It was stopped before it had started.']],
  );
  const row = await until('stopped', ({ state }) => state === 'exited');
  assert.deepEqual([row.wanted, row.exitCode, row.reason?.code], ['stopped', 0, 'stopped-by-user']);
});

test('the name of a container that is being removed is free once it is gone', { timeout: TIMEOUT_MS }, async (t) => {
  const backend = await startBackend(t);
  const { call, upload, create } = backend;
  await upload(readFileSync(makeTorrent(t, 1000).path), 'one.torrent');
  const pid = backend.pidOf(await create({ name: 'x', torrentFile: 'one.torrent' }));
  // It is made to end after five seconds.
  process.kill(pid, 'SIGSTOP');
  const removal = call('DELETE', '/api/containers/x?force=true');
  let found = 200;
  while (found === 200) found = (await call('GET', '/api/containers/x')).status;
  const early = await call('POST', '/api/containers', { name: 'x', torrentFile: 'one.torrent' });
  assertRefused(early, 409, 'name-taken', 'containerName');
  assert.equal((await removal).status, 200);
  await create({ name: 'x', torrentFile: 'one.torrent' });
});
