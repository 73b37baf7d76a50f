// /api/v1, the page's side: the event stream, actions on many, removals in two steps, logs that follow.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ActionAnswer,
  type ContainerView,
  conforms,
  InfoSchema,
  type LogLine,
  PastSamplesSchema,
  RemovalPlanSchema,
} from '@enjambre/contract';
import { makeTorrent } from '../contract/torrent-fixture.ts';
import { type Answer, assertRefused, type Backend, startBackend } from './backend-process.ts';
import { type ReadEvent, readEvents } from './event-reader.ts';

const TIMEOUT_MS = 120_000;
const PATIENCE_MS = 20_000;
const POLL_MS = 100;

test('the event stream: a snapshot first, then what changes, and again what was missed', {
  timeout: TIMEOUT_MS,
}, async (t) => {
  const backend = await startBackend(t);
  await backend.upload(readFileSync(makeTorrent(t, 100_000).path), 'x.torrent');
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const seen: ReadEvent[] = [];
  const until = async (wish: (event: ReadEvent) => boolean, lastEventId?: number) => {
    for await (const one of readEvents(backend.url, { signal, lastEventId })) {
      seen.push(one);
      if (wish(one)) return one;
    }
    throw new Error('the stream has ended');
  };
  const first = await until(() => true);
  assert.equal(first.event.type, 'snapshot');
  const healthy = until(({ event }) => {
    return event.type === 'changes' && event.changed.some(({ name, health }) => name === 'x' && health === 'healthy');
  });
  const id = await backend.create({ name: 'x', torrentFile: 'x.torrent' });
  const last = await healthy;
  const frames = seen.filter(({ event }) => event.type === 'changes');
  assert.ok(frames.every((frame, index) => index === 0 || frame.id! > frames[index - 1].id!));
  const times = frames.map(({ event }) => (event.type === 'changes' ? event.at : 0));
  assert.ok(
    times.every((at, index) => index === 0 || at - times[index - 1] > 450),
    String(times),
  );

  // While nobody listens.
  await backend.call('POST', '/api/containers/x/stop');
  await backend.until('x', ({ state }) => state === 'exited');
  const replayed = await until(() => true, last.id);
  assert.equal(replayed.event.type, 'changes');
  assert.ok(replayed.id! > last.id!);
  const afterAll = await until(({ event }) => event.type === 'snapshot', 1);
  assert.equal(afterAll.event.type, 'snapshot');

  const gone = until(({ event }) => event.type === 'changes' && event.removed.includes(id));
  await backend.call('DELETE', '/api/containers/x');
  await gone;
});

test('one action on many answers for each, in order', { timeout: TIMEOUT_MS }, async (t) => {
  const backend = await startBackend(t);
  await backend.upload(readFileSync(makeTorrent(t, 100_000).path), 'x.torrent');
  const ids = await Promise.all(['a', 'b'].map((name) => backend.create({ name, torrentFile: 'x.torrent' })));
  const act = async (verb: string, wanted: readonly string[]) => {
    const { body } = await backend.call('POST', '/api/v1/actions', { verb, ids: wanted });
    return (body as ActionAnswer).results;
  };
  const paused = await act('pause', [ids[0], 'nobody', ids[1]]);
  assert.deepEqual(
    paused.map(({ id, ok, code }) => [id, ok, code]),
    [
      [ids[0], true, undefined],
      ['nobody', false, 'container-not-found'],
      [ids[1], true, undefined],
    ],
  );
  const { items } = (await backend.call('GET', '/api/v1/containers')).body as { items: ContainerView[] };
  assert.ok(items.every(({ status }) => status?.paused));
  for (const verb of ['resume', 'stop', 'start', 'restart']) {
    const results = await act(verb, ids);
    assert.ok(
      results.every(({ ok }) => ok),
      `${verb}: ${JSON.stringify(results)}`,
    );
  }
  assertRefused(await backend.call('POST', '/api/v1/actions', { verb: 'eat', ids }), 400, 'invalid-request', 'verb');
  assertRefused(
    await backend.call('POST', '/api/v1/actions', { verb: 'stop', ids: [] }),
    400,
    'invalid-request',
    'ids',
  );
  const info = (await backend.call('GET', '/api/v1/info')).body;
  assert.ok(conforms(InfoSchema, info), JSON.stringify(info));
  assert.deepEqual([info.root, info.tracker, info.driver], [backend.root, null, 'process']);
});

test('a removal does what its plan says, or nothing; data goes only with it, and never beyond', {
  timeout: TIMEOUT_MS,
}, async (t) => {
  const backend = await startBackend(t);
  const { call, root } = backend;
  const torrent = makeTorrent(t, 100_000);
  await backend.upload(readFileSync(torrent.path), 'x.torrent');
  for (const name of ['keep', 'drop']) {
    mkdirSync(join(root, name), { recursive: true });
    writeFileSync(join(root, name, 'data-1.bin'), torrent.data);
    writeFileSync(join(root, name, 'other.txt'), 'not of the torrent');
  }
  const names = ['keep', 'drop'];
  const [keep, drop] = await Promise.all(names.map((name) => backend.create({ name, torrentFile: 'x.torrent' })));
  for (const name of names) await backend.until(name, ({ status }) => status?.state === 'completed');
  const plan = async (ids: readonly string[], withData: boolean) => {
    const { body } = await call('POST', '/api/v1/removals', { ids, withData });
    assert.ok(conforms(RemovalPlanSchema, body), JSON.stringify(body));
    return body;
  };

  const dry = await plan([keep], false);
  assert.deepEqual(
    [dry.totalBytes, dry.items[0].running, dry.items[0].bytes, dry.items[0].sharedWith],
    [0, true, 0, []],
  );
  const stale = await plan([drop], true);
  assert.deepEqual([stale.totalBytes, stale.items[0].name], [100_000, 'drop']);
  await call('POST', '/api/containers/drop/stop');
  assertRefused(await call('POST', `/api/v1/removals/${stale.token}`), 409, 'plan-changed');
  assertRefused(await call('POST', '/api/v1/removals/nothing'), 409, 'plan-changed');
  assert.ok(existsSync(join(root, 'drop', 'data-1.bin')));

  const { token } = await plan([drop], true);
  assert.deepEqual((await call('POST', `/api/v1/removals/${token}`)).body, { results: [{ id: drop, ok: true }] });
  assert.deepEqual(readdirSync(join(root, 'drop')), ['other.txt']);
  assertRefused(await call('POST', `/api/v1/removals/${token}`), 409, 'plan-changed');

  assert.deepEqual((await call('POST', `/api/v1/removals/${dry.token}`)).body, { results: [{ id: keep, ok: true }] });
  assert.ok(readFileSync(join(root, 'keep', 'data-1.bin')).equals(torrent.data));
  assert.deepEqual((await call('GET', '/api/containers')).body, []);
  assertRefused(await call('POST', '/api/v1/removals', { ids: ['x'], withData: true }), 404, 'container-not-found');
});

test('removing with data follows no link out of the folder', { timeout: TIMEOUT_MS }, async (t) => {
  const backend = await startBackend(t);
  const { call, root, home } = backend;
  const torrent = makeTorrent(t, 100_000);
  await backend.upload(readFileSync(torrent.path), 'x.torrent');
  const id = await backend.create({ name: 'x', torrentFile: 'x.torrent' });
  await call('POST', '/api/containers/x/stop');
  const precious = join(home, 'precious.bin');
  writeFileSync(precious, torrent.data);
  symlinkSync(precious, join(root, 'x', 'data-1.bin'));
  const { body } = await call('POST', '/api/v1/removals', { ids: [id], withData: true });
  const { token, totalBytes } = body as { token: string; totalBytes: number };
  assert.equal(totalBytes, 0);
  await call('POST', `/api/v1/removals/${token}`);
  assert.ok(existsSync(precious));
  assert.equal(existsSync(join(root, 'x')), false);
});

test('a log is read at its end and followed as it grows', { timeout: TIMEOUT_MS }, async (t) => {
  const backend = await startBackend(t);
  await backend.upload(readFileSync(makeTorrent(t, 100_000).path), 'x.torrent');
  const id = await backend.create({ name: 'x', torrentFile: 'x.torrent' });
  const { lines } = (await backend.call('GET', `/api/v1/containers/${id}/log?tail=1000`)).body as { lines: LogLine[] };
  assert.ok(lines.length > 0 && lines.every(({ at, text }) => at !== null && text.startsWith('{')));
  assertRefused(await backend.call('GET', '/ws/logs/x'), 400, 'invalid-request');
  const socket = new WebSocket(`${backend.url.replace('http', 'ws')}/ws/logs/x`);
  const followed: string[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  socket.addEventListener('message', ({ data }) => {
    followed.push(String(data));
    // Only the second client says it: it comes after a restart.
    if (followed.filter((line) => line.includes('"message":"listening"')).length === 2) resolve();
  });
  await backend.call('POST', '/api/containers/x/restart');
  await ended;
  assert.equal(followed[0], lines[0].text);
  socket.close();
});

test('the past of a container is told second by second, and kept over a restart of the backend', {
  timeout: TIMEOUT_MS,
}, async (t) => {
  const first = await startBackend(t);
  await first.upload(readFileSync(makeTorrent(t, 100_000).path), 'x.torrent');
  const id = await first.create({ name: 'x', torrentFile: 'x.torrent' });
  const past = async (backend: Backend, query = '') => {
    const { body } = await backend.call('GET', `/api/v1/containers/${id}/samples${query}`);
    assert.ok(conforms(PastSamplesSchema, body), JSON.stringify(body));
    return body;
  };
  const known = async (backend: Backend) => (await past(backend)).progress.filter((one) => one !== null).length;
  while ((await known(first)) < 2) await sleep(POLL_MS);
  assert.equal((await past(first, '?step=60&count=30')).uploadSpeed.length, 30);
  for (const query of ['?step=2', '?step=x', '?count=0', '?count=-1', '?count=1.5']) {
    const answer = await first.call('GET', `/api/v1/containers/${id}/samples${query}`);
    assertRefused(answer, 400, 'invalid-request', query.slice(1, 5) === 'step' ? 'step' : 'count');
  }
  const before = await known(first);
  first.child.kill('SIGTERM');
  await first.ended;
  assert.ok((await known(await startBackend(t, { home: first.home }))) >= before);
});

test('the list comes in pages, filtered and sorted by the backend', { timeout: TIMEOUT_MS }, async (t) => {
  const backend = await startBackend(t);
  await backend.upload(readFileSync(makeTorrent(t, 100_000).path), 'x.torrent');
  for (const name of ['b', 'c', 'a']) await backend.create({ name, torrentFile: 'x.torrent' });
  await backend.call('POST', '/api/containers/c/stop');
  const names = async (query: string) => {
    const { body } = await backend.call('GET', `/api/v1/containers?${query}`);
    const { items, total, next } = body as { items: ContainerView[]; total: number; next: number | null };
    return `${items.map(({ name }) => name).join('')} of ${total}${next === null ? '' : `, next ${next}`}`;
  };
  assert.equal(await names(''), 'bca of 3');
  assert.equal(await names('sort=name&limit=2'), 'ab of 3, next 2');
  assert.equal(await names('sort=-name&limit=2&offset=2'), 'a of 3');
  assert.equal(await names('state=exited'), 'c of 1');
  assert.equal(await names('search=DATA-1&sort=name'), 'abc of 3');
  assert.equal(await names('search=nothing'), ' of 0');
  const { body } = await backend.call('GET', '/api/v1/containers?limit=0');
  assert.equal((body as { error: string }).error, 'limit: takes a number from 1: items of a page, at most');
  const happy = (await backend.call('GET', '/api/v1/containers?state=happy')).body as { error: string };
  assert.equal(happy.error, 'state: must be one of created, running, restarting, exited, dead');
  for (const [query, field] of [
    ['limit=0', 'limit'],
    ['offset=-1', 'offset'],
    ['state=happy', 'state'],
    ['sort=colour', 'sort'],
    ['serach=a', 'serach'],
    ['state=exited&state=running', 'state'],
    ['health=good', 'health'],
  ]) {
    assertRefused(await backend.call('GET', `/api/v1/containers?${query}`), 400, 'invalid-request', field);
  }
  const sentenceOf = (answer: Answer) => (answer.body as { error: string }).error;
  const states = 'state: must be one of created, running, restarting, exited, dead';
  assert.equal(sentenceOf(await backend.call('GET', '/api/v1/containers?state=happy')), states);
  const placed = { containerName: 'd', torrentFile: 'x.torrent', placement: { mode: 'all' } };
  const modes = 'placement: mode must be one of one, replicas, global';
  assert.equal(sentenceOf(await backend.call('POST', '/api/v1/containers', placed)), modes);
});
