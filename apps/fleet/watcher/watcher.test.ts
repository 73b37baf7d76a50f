import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { Status } from '@enjambre/contract';
import { FakeClock, seededRandom } from '@enjambre/runtime';
import { Watcher } from './watcher.ts';

const LONGER_THAN_AN_INTERVAL_MS = 1_200;
const status: Status = {
  state: 'downloading',
  paused: false,
  progress: 50,
  downloaded: 1,
  total_size: 2,
  download_speed: 1,
  upload_speed: 0,
  connected_peers: 1,
  total_peers: 1,
  eta: '1s',
};

test('a client is healthy after one answer, and only a different answer is a change', async (t) => {
  const { watcher, client, changes, ask } = await make(t);
  await ask();
  assert.deepEqual([watcher.get('x')?.health, watcher.get('x')?.status], ['healthy', status]);
  assert.equal(changes.length, 1);
  await ask();
  await ask();
  assert.equal(changes.length, 1);
  client.body = JSON.stringify({ ...status, downloaded: 2 });
  await ask();
  assert.equal(changes.length, 2);
  assert.equal(client.connections, 1);
});

test('who asks now hears how it is now, though a question from before is still open', async (t) => {
  const { watcher, client, ask, hold } = await make(t);
  await ask();
  const release = hold();
  const isAsked = once(client.server, 'request');
  const before = watcher.ask('x');
  await isAsked;
  client.body = JSON.stringify({ ...status, state: 'paused', paused: true });
  const now = watcher.askAnew('x');
  release();
  await Promise.all([before, now]);
  assert.equal(watcher.get('x')?.status?.paused, true);
});

test('three misses make it unreachable, with its last answer kept; one answer brings it back', async (t) => {
  const { watcher, client, ask, misses } = await make(t);
  await ask();
  client.body = 'not json';
  await ask();
  await ask();
  assert.equal(watcher.get('x')?.health, 'healthy');
  await ask();
  assert.deepEqual([watcher.get('x')?.health, watcher.get('x')?.status], ['unreachable', status]);
  assert.equal(misses.length, 3);
  client.body = JSON.stringify(status);
  await ask();
  assert.equal(watcher.get('x')?.health, 'healthy');
});

test('what answers no ten fields within their ranges has not answered', async (t) => {
  const { watcher, client, ask } = await make(t);
  for (const wrong of [{ ...status, progress: 101 }, { ...status, extra: 1 }, {}, null]) {
    client.body = JSON.stringify(wrong);
    await ask();
  }
  assert.deepEqual([watcher.get('x')?.health, watcher.get('x')?.status], ['unreachable', undefined]);
});

test('a client that closes its connection is suspected at once', async (t) => {
  const { client, ask, suspected } = await make(t);
  await ask();
  client.server.closeAllConnections();
  await suspected;
});

test('a client that moves nothing is asked why, every few seconds while it changes, less often while it does not', async (t) => {
  const { watcher, client, ask, changes } = await make(t);
  await ask();
  client.body = JSON.stringify({ ...status, state: 'starting', download_speed: 0 });
  await ask();
  await ask();
  assert.deepEqual([watcher.get('x')?.reason, client.reasonsAsked], [undefined, 0]);
  await ask();
  assert.deepEqual(watcher.get('x')?.reason, { code: 'disk-full', message: 'The disk is full.' });
  const since = watcher.get('x')!.reasonSince;
  await ask();
  assert.deepEqual([client.reasonsAsked, changes.length], [1, 3]);
  client.reason = { code: 'disk-full', message: 'Another file.' };
  for (let asked = 0; asked < 7; asked++) await ask();
  assert.deepEqual([client.reasonsAsked, watcher.get('x')?.reason?.message], [1, 'The disk is full.']);
  await ask();
  assert.deepEqual([client.reasonsAsked, watcher.get('x')?.reason?.message], [2, 'Another file.']);
  client.reason = { code: 'disk-full', message: 'A third one.' };
  client.body = JSON.stringify({ ...status, state: 'starting', download_speed: 0, total_peers: 9 });
  for (let asked = 0; asked < 2; asked++) await ask();
  assert.deepEqual([client.reasonsAsked, watcher.get('x')?.reason?.message], [2, 'Another file.']);
  await ask();
  assert.deepEqual([client.reasonsAsked, watcher.get('x')?.reason?.message], [3, 'A third one.']);
  assert.equal(watcher.get('x')?.reasonSince, since);
  client.body = JSON.stringify(status);
  await ask();
  assert.equal(watcher.get('x')?.reason, undefined);
});

test('a clock that is set back keeps nobody from hearing why a client moves nothing', async (t) => {
  const { watcher, client, clock, ask } = await make(t);
  await ask();
  client.body = JSON.stringify({ ...status, state: 'starting', download_speed: 0 });
  clock.setWall(-3_600_000);
  for (let asked = 0; asked < 3; asked++) await ask();
  assert.deepEqual(watcher.get('x')?.reason, { code: 'disk-full', message: 'The disk is full.' });
});

test('a client that has nothing new is asked less often, until it has', async (t) => {
  const { watcher, client, clock, ask } = await make(t);
  for (let answers = 0; answers < 6; answers++) await ask();
  clock.advance(4_000);
  assert.equal(client.asked, 6);
  clock.advance(1_200);
  await watcher.ask('x');
  assert.equal(client.asked, 7);
  client.body = JSON.stringify({ ...status, downloaded: 2 });
  clock.advance(5_200);
  await watcher.ask('x');
  await ask();
  assert.equal(client.asked, 9);
});

test('while many are being started one that answered is asked less often, and not why', async (t) => {
  const { watcher, client, clock, ask, setBusy } = await make(t);
  client.body = JSON.stringify({ ...status, state: 'starting', download_speed: 0 });
  setBusy(true);
  await ask();
  clock.advance(4_000);
  assert.equal(client.asked, 1);
  clock.advance(1_200);
  await watcher.ask('x');
  assert.equal(client.asked, 2);
  clock.advance(9_000);
  assert.equal(client.asked, 2);
  setBusy(false);
  clock.advance(1_200);
  await watcher.ask('x');
  assert.deepEqual([client.asked, client.reasonsAsked], [3, 1]);
  await ask();
  assert.equal(client.asked, 4);
});

test('a group is as far as all its members are, also those that are only being started', async (t) => {
  const { watcher, client, clock, endpoint } = await make(t);
  const whole = { ...status, state: 'completed', downloaded: 2, progress: 100, download_speed: 0, eta: '0s' } as const;
  client.body = JSON.stringify(whole);
  const one: [string, typeof endpoint] = ['1', endpoint];
  const sumNow = () => {
    const { health, status: sum } = watcher.get('several')!;
    return [health, sum?.state, sum?.progress, sum?.total_size];
  };
  watcher.watchGroup('several', new Map(), 2);
  assert.equal(watcher.get('several'), undefined);
  watcher.watchGroup('several', new Map([one]), 1);
  const since = clock.wallTime();
  await watcher.ask('several');
  assert.deepEqual(sumNow(), ['starting', 'starting', 50, 4]);
  clock.advance(LONGER_THAN_AN_INTERVAL_MS);
  watcher.watchGroup('several', new Map([one]), 1);
  assert.equal(watcher.get('several')?.since, since);
  watcher.watchGroup('several', new Map([one, ['2', endpoint]]), 0);
  assert.deepEqual(sumNow(), ['starting', 'starting', 50, 4]);
  await watcher.ask('several');
  assert.deepEqual(sumNow(), ['healthy', 'completed', 100, 4]);
  client.body = JSON.stringify({ ...whole, state: 'paused', paused: true });
  await watcher.ask('several');
  watcher.watchGroup('several', new Map([one]), 1);
  assert.deepEqual(sumNow(), ['starting', 'paused', 50, 4]);
});

async function make(t: TestContext) {
  let isBusy = false;
  let held = Promise.resolve();
  /** Answers are made and not sent until the function that it gives is called. */
  const hold = (): (() => void) => {
    const { promise, resolve: release } = Promise.withResolvers<void>();
    held = promise;
    return release;
  };
  const client = {
    body: JSON.stringify(status),
    reason: { code: 'disk-full', message: 'The disk is full.' },
    asked: 0,
    reasonsAsked: 0,
    connections: 0,
    server: undefined as unknown as Server,
  };
  client.server = createServer(({ url }, response) => {
    if (url === '/status') client.asked++;
    else client.reasonsAsked++;
    const body = url === '/status' ? client.body : JSON.stringify({ items: [{ reason: client.reason }] });
    void held.then(() => response.setHeader('Content-Length', Buffer.byteLength(body)).end(body));
  });
  client.server.on('connection', () => client.connections++);
  await new Promise<void>((resolve) => client.server.listen(0, '127.0.0.1', resolve));
  const { port } = client.server.address() as AddressInfo;
  const clock = new FakeClock();
  const changes: string[] = [];
  const misses: string[] = [];
  const { promise: suspected, resolve } = Promise.withResolvers<void>();
  const watcher = new Watcher({
    clock,
    random: seededRandom(1),
    isBusy: () => isBusy,
    onChange: (id) => changes.push(id),
    onMiss: (id) => {
      misses.push(id);
      resolve();
    },
  });
  t.after(() => {
    watcher.close();
    client.server.close();
    client.server.closeAllConnections();
  });
  const endpoint = () => ({ host: '127.0.0.1', port, token: 'secret' });
  watcher.watch('x', endpoint);
  /** The next question that its timer asks, or the first. */
  const ask = async () => {
    clock.advance(LONGER_THAN_AN_INTERVAL_MS);
    await watcher.ask('x');
  };
  const setBusy = (busy: boolean): void => {
    isBusy = busy;
  };
  return { watcher, client, clock, endpoint, changes, setBusy, hold, misses, ask, suspected };
}
