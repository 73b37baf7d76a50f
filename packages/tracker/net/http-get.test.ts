// Every way in which something that is not a good tracker can answer, each by a real server.
import assert from 'node:assert/strict';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { HttpAnswer } from '../client/http-get.ts';
import { isTrackerError } from '../errors.ts';
import { createHttpGet, type HttpGetOptions } from './http-get.ts';

async function listen(t: TestContext, server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('error', () => {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/announce`;
}

const http = (t: TestContext, answer: RequestListener): Promise<string> => listen(t, createHttpServer(answer));
const raw = (t: TestContext, onConnection: (socket: Socket) => void): Promise<string> =>
  listen(
    t,
    createServer((socket) => void socket.once('data', () => onConnection(socket))),
  );

async function get(
  url: string,
  options: HttpGetOptions = {},
  signal = new AbortController().signal,
): Promise<HttpAnswer> {
  const answer = await createHttpGet(options)({ url: new URL(url), mayReach: () => true, signal });
  assert.ok(!isTrackerError(answer), JSON.stringify(answer));
  return answer;
}

async function failure(
  url: string,
  options: HttpGetOptions = {},
  signal = new AbortController().signal,
): Promise<string> {
  const answer = await createHttpGet(options)({ url: new URL(url), mayReach: () => true, signal });
  assert.ok(isTrackerError(answer));
  return `${answer.code}: ${answer.message}`;
}

test('a GET says who we are and keeps nothing open', async (t) => {
  const url = await http(t, (request, response) => response.end(JSON.stringify(request.headers)));
  const { status, body, scope } = await get(`${url}?info_hash=%00%FF`);
  assert.deepEqual([status, scope], [200, 'loopback']);
  assert.deepEqual(JSON.parse(Buffer.from(body).toString()), {
    'user-agent': 'Enjambre/0.1.0',
    'accept-encoding': 'gzip',
    connection: 'close',
    host: new URL(url).host,
  });
});

test('a gzipped answer is unpacked, bounded also once unpacked', async (t) => {
  const packed = gzipSync(Buffer.alloc(5000, 'x'));
  const url = await http(t, (_, response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(packed));
  assert.equal((await get(url)).body.length, 5000);
  assert.match(await failure(url, { maxAnswerLength: 4999 }), /^too-large/);
  const broken = await http(t, (_, response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end('no gzip'));
  assert.match(await failure(broken), /^malformed: .*gzip/);
});

test('a huge answer is dropped at the bound, whether it says its length or not', async (t) => {
  const endless = await http(t, (_, response) => {
    const more = (): void => void (response.destroyed || response.write(Buffer.alloc(65536), () => setImmediate(more)));
    more();
  });
  assert.match(await failure(endless), /^too-large/);
});

test('a port where nobody listens refuses', async (t) => {
  const server = createServer();
  const url = await listen(t, server);
  await new Promise((resolve) => server.close(resolve));
  assert.equal(await failure(url), 'unreachable: connection refused');
});

test('one that never answers, one that drips and one that never ends its headers run out of time', async (t) => {
  const limits = { totalTimeoutMs: 150 };
  const drip = (text: string) => (socket: Socket) => {
    const timer = setInterval(() => socket.write(text), 10);
    socket.on('close', () => clearInterval(timer));
  };
  assert.match(await failure(await raw(t, () => {}), limits), /^timeout: .*0\.15 s/);
  const slow = await http(t, (_, response) => drip('x')(response.writeHead(200) as unknown as Socket));
  assert.match(await failure(slow, limits), /^timeout/);
  assert.match(await failure(await raw(t, drip('HTTP/1.1 100 Continue\r\n\r\n')), limits), /^timeout/);
});

test('a host where no connection comes to stand (its TLS is silent) runs out of the shorter time', async (t) => {
  const url = await listen(t, createServer());
  const secure = url.replace('http:', 'https:');
  assert.match(await failure(secure, { connectTimeoutMs: 100 }), /^timeout: .*no connection within 0\.1 s/);
});

test('what is cut off, reset or not HTTP is told apart', async (t) => {
  const cut = await raw(t, (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nd8:inter'));
  assert.match(await failure(cut), /^unreachable: connection reset|^unreachable: .*lost/);
  assert.match(await failure(await raw(t, (socket) => socket.resetAndDestroy())), /^unreachable: connection reset/);
  assert.match(await failure(await raw(t, (socket) => socket.end())), /^unreachable/);
  assert.match(await failure(await raw(t, (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))), /^malformed: .*HTTP/);
  const headers = await raw(t, (socket) => socket.end(`HTTP/1.1 200 OK\r\n${'X-Y: z\r\n'.repeat(10_000)}\r\n`));
  assert.match(await failure(headers), /^malformed: .*HTTP/);
});

test('an error page keeps its status and its body, a redirect its target', async (t) => {
  const url = await http(t, (request, response) => {
    response.writeHead(request.url === '/moved' ? 302 : 404, { Location: '/elsewhere' }).end('gone');
  });
  const missing = await get(url);
  assert.deepEqual([missing.status, Buffer.from(missing.body).toString()], [404, 'gone']);
  const moved = await get(url.replace('/announce', '/moved'));
  assert.deepEqual([moved.status, moved.location, moved.body.length], [302, '/elsewhere', 0]);
});

test('an address that may not be reached gets no connection, by number or by name', async (t) => {
  let connections = 0;
  const server = createServer(() => connections++);
  const { port } = new URL(await listen(t, server));
  for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1']) {
    const url = new URL(`http://${host}:${port}/admin`);
    const mayReach = (scope: string): boolean => scope === 'public';
    const outcome = await createHttpGet()({ url, mayReach, signal: new AbortController().signal });
    assert.ok(isTrackerError(outcome) && outcome.code === 'address-refused', `${host}: ${JSON.stringify(outcome)}`);
  }
  assert.equal(connections, 0);
});

test('a request can be given up, before and while it runs', async (t) => {
  const giveUp = new AbortController();
  const url = await raw(t, () => giveUp.abort());
  assert.match(await failure(url, {}, giveUp.signal), /^aborted/);
  assert.match(await failure(url, {}, giveUp.signal), /^aborted/);
});

test('trackers are asked from the address that was given, by name too', async (t) => {
  const url = await http(t, (request, response) => response.end(request.socket.remoteAddress));
  const byName = url.replace('127.0.0.1', 'localhost');
  for (const target of [url, byName]) {
    assert.equal(Buffer.from((await get(target, { localAddress: '127.0.0.3' })).body).toString(), '127.0.0.3');
  }
});

test('proxies of the environment are not used', async (t) => {
  const proxy = await http(t, (_, response) => response.end('proxy'));
  const tracker = await http(t, (_, response) => response.end('tracker'));
  process.env.NODE_USE_ENV_PROXY = '1';
  process.env.http_proxy = proxy;
  t.after(() => {
    delete process.env.NODE_USE_ENV_PROXY;
    delete process.env.http_proxy;
  });
  assert.equal(Buffer.from((await get(tracker)).body).toString(), 'tracker');
});
