// The announcer against real servers: every bad tracker in a tier before a good one, ours.
import assert from 'node:assert/strict';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { PeerAddress } from '@enjambre/metainfo';
import { seededRandom, silentLogger, systemClock } from '@enjambre/runtime';
import { Announcer } from '../client/announcer.ts';
import { createHttpCaller } from '../client/http-caller.ts';
import { createHttpGet } from './http-get.ts';
import { createTrackerServer } from './tracker-server.ts';

async function serve(t: TestContext, server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => void sockets.add(socket.on('error', () => {})));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/announce`;
}

const http = (t: TestContext, answer: RequestListener): Promise<string> => serve(t, createHttpServer(answer));

async function ownTracker(
  t: TestContext,
): Promise<{ url: string; seeders(): Promise<number>; peers(): Promise<number> }> {
  const server = createTrackerServer();
  const base = `http://127.0.0.1:${await server.listen(0, '127.0.0.1')}`;
  t.after(() => server.close());
  const stats = async () => (await (await fetch(`${base}/stats`)).json()) as { peers: number; seeders: number };
  return {
    url: `${base}/announce`,
    peers: async () => (await stats()).peers,
    seeders: async () => (await stats()).seeders,
  };
}

/** An announcer and a promise of the first answer's peers. */
function announcer(
  tiers: string[][],
  port: number,
  left = { bytes: 1 },
): { it: Announcer; firstPeers: Promise<readonly PeerAddress[]> } {
  const { promise: firstPeers, resolve } = Promise.withResolvers<readonly PeerAddress[]>();
  const it = new Announcer({
    tiers,
    port,
    infoHash: new Uint8Array(20).fill(7),
    peerId: Buffer.from(String(port).padStart(20, '-')),
    progress: () => ({ uploadedBytes: 0, downloadedBytes: 0, leftBytes: left.bytes }),
    onPeers: resolve,
    clock: systemClock,
    random: seededRandom(port),
    callers: { 'http:': createHttpCaller(createHttpGet({ totalTimeoutMs: 300 }), systemClock) },
    logger: silentLogger,
  });
  return { it, firstPeers };
}

test('every kind of bad tracker is passed by, named in words, and the good one behind them is used', async (t) => {
  const closed = createServer();
  const refusing = await serve(t, closed);
  await new Promise((resolve) => closed.close(resolve));
  const body = (text: string, status = 200) => http(t, (_, response) => response.writeHead(status).end(text));
  const bad: ReadonlyArray<readonly [string, RegExp]> = [
    [refusing, /connection refused/],
    [await serve(t, createServer()), /timed out/],
    [await http(t, (_, response) => void setInterval(() => response.write('d'), 20).unref()), /timed out/],
    [await body('<html>Welcome</html>'), /web page/],
    [await body('x'.repeat(2 << 20)), /larger/],
    [await body('', 404), /HTTP status 404/],
    [await body('', 503), /HTTP status 503/],
    [
      await http(t, (request, response) => response.writeHead(302, { Location: request.url }).end()),
      /more than 3 times/,
    ],
    [await http(t, (_, response) => response.writeHead(302, { Location: '/admin' }).end()), /private address/],
    [await body('d8:intervali1800e5:peers600:abc'), /not bencode/],
    [await body('d14:failure reason6:no waye'), /^no way$/],
    [await body('d14:failure reason6:no wayee'), /^no way$/],
    ['http://127.0.0.1:1/status', /private address/],
    ['udp://127.0.0.1:1/announce', /not supported/],
  ];
  const good = await ownTracker(t);
  const other = announcer([[good.url]], 7001);
  other.it.start();
  const { it, firstPeers } = announcer([...bad.map(([url]) => [url]), [good.url]], 7002);
  it.start();
  assert.deepEqual(await firstPeers, [{ host: '127.0.0.1', port: 7001 }]);
  const views = it.trackers;
  for (const [index, [url, words]] of bad.entries()) {
    assert.match(views[index].lastAnswer, words, url);
    assert.ok(['failing', 'unsupported'].includes(views[index].state));
  }
  assert.equal(views.at(-1)?.state, 'working');
  await Promise.all([it.stop(1000), other.it.stop(1000)]);
  assert.equal(await good.peers(), 0, 'stopped was heard');
});

test('completed makes a seed of us at the tracker', async (t) => {
  const good = await ownTracker(t);
  const first = announcer([[good.url]], 7001);
  first.it.start();
  const left = { bytes: 5 };
  const { it, firstPeers } = announcer([[good.url]], 7002, left);
  it.start();
  await firstPeers;
  assert.equal(await good.seeders(), 0);
  left.bytes = 0;
  it.completed();
  while ((await good.seeders()) === 0);
  await Promise.all([it.stop(1000), first.it.stop(1000)]);
});

test('stop resolves within its deadline while a tracker hangs', async (t) => {
  let connected = (): void => {};
  const heard = new Promise<void>((resolve) => {
    connected = resolve;
  });
  const url = await serve(
    t,
    createServer(() => connected()),
  );
  const { it } = announcer([[url]], 7001);
  it.start();
  await heard;
  const before = performance.now();
  await it.stop(200);
  assert.ok(performance.now() - before <= 250);
});
