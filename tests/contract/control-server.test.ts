// docs/contract.md §1 and §4, against the running client, byte for byte where bytes matter.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type TestContext, test as unlimited } from 'node:test';
import { conforms, type Status, StatusSchema } from '@enjambre/contract';
import { until } from '../swarm/until.ts';
import { afterwards } from './cleanup.ts';
import { startClient } from './client-process.ts';
import { rawRequest } from './raw-http.ts';
import { makeTorrent, makeZeroTorrent } from './torrent-fixture.ts';

/** A client that hangs fails its test, not the run. */
const TIMEOUT_MS = 60_000;
/** Five seconds are given, and some to spare. */
const SLOW_CALLER_MS = 12_000;
const test = (name: string, body: (t: TestContext) => Promise<void>) => unlimited(name, { timeout: TIMEOUT_MS }, body);

async function statusOf(httpPort: number): Promise<Status> {
  const { body } = await rawRequest(httpPort, 'GET /status');
  const status: unknown = JSON.parse(body);
  assert.ok(conforms(StatusSchema, status), body);
  return status;
}

test('C1, C2, C3, C8: an idle download is told in ten fields, in order, without spaces, with a line feed', async (t) => {
  const { path, empty } = makeTorrent(t, 100_000);
  const { httpPort } = await startClient(t, [`--torrent-file=${path}`, `--archives=${empty}`]);
  const { statusLine, headers, body } = await rawRequest(httpPort, 'GET /status?x=1');
  assert.equal(statusLine, 'HTTP/1.1 200 OK');
  assert.equal(headers.get('content-type'), 'application/json');
  assert.equal(
    body,
    '{"state":"starting","paused":false,"progress":0,"downloaded":0,"total_size":100000,"download_speed":0,' +
      '"upload_speed":0,"connected_peers":0,"total_peers":0,"eta":"∞"}\n',
  );
});

test('C9, C14: pause and resume answer to the byte, twice the same, whatever the body', async (t) => {
  const { path, empty } = makeTorrent(t, 100_000);
  const { httpPort } = await startClient(t, [`--torrent-file=${path}`, `--archives=${empty}`]);
  for (const [verb, said, paused] of [
    ['pause', 'paused', true],
    ['pause', 'paused', true],
    ['resume', 'resumed', false],
    ['resume', 'resumed', false],
  ] as const) {
    const answer = await rawRequest(httpPort, `POST /${verb}`, ['Content-Length: 7'], '{"x":1}');
    assert.equal(answer.statusLine, 'HTTP/1.1 200 OK');
    assert.equal(answer.headers.get('content-type'), 'application/json');
    assert.equal(answer.body, `{"status":"${said}"}\n`);
    assert.deepEqual(
      [...answer.headers.keys()].filter((name) => name.startsWith('access-control')),
      [],
    );
    const status = await statusOf(httpPort);
    assert.deepEqual([status.paused, status.state], [paused, paused ? 'paused' : 'starting']);
  }
});

test('C11: health answers OK to every method, in plain text without a line feed', async (t) => {
  const { path, empty } = makeTorrent(t, 100_000);
  const { httpPort } = await startClient(t, [`--torrent-file=${path}`, `--archives=${empty}`]);
  for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'HEAD']) {
    const { statusLine, headers, body } = await rawRequest(httpPort, `${method} /health?probe`);
    assert.equal(statusLine, 'HTTP/1.1 200 OK', method);
    assert.equal(headers.get('content-type'), 'text/plain; charset=utf-8');
    assert.equal(body, method === 'HEAD' ? '' : 'OK');
  }
});

test('C12, C13: other methods get 405 with Allow, other paths 404, in the words of the note', async (t) => {
  const { path, empty } = makeTorrent(t, 100_000);
  const { httpPort } = await startClient(t, [`--torrent-file=${path}`, `--archives=${empty}`]);
  const rows = [
    ...['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'].map((method) => [method, '/status', 405, 'GET'] as const),
    ...['GET', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'].map((method) => [method, '/pause', 405, 'POST'] as const),
    ...['GET', 'PUT', 'OPTIONS', 'HEAD'].map((method) => [method, '/resume', 405, 'POST'] as const),
    ...['/', '/status/', '/Status', '/healthz', '/api/v1/nothing'].map(
      (path) => ['GET', path, 404, undefined] as const,
    ),
  ];
  for (const [method, target, code, allow] of rows) {
    const { statusLine, headers, body } = await rawRequest(httpPort, `${method} ${target}`);
    assert.equal(statusLine.split(' ')[1], String(code), `${method} ${target}`);
    assert.equal(headers.get('content-type'), 'text/plain; charset=utf-8');
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('allow'), allow);
    const words = code === 405 ? 'Method not allowed\n' : '404 page not found\n';
    assert.equal(body, method === 'HEAD' ? '' : words);
  }
});

test('beside the three HEAD answers as GET does, without the body', async (t) => {
  const { path, empty, infoHash } = makeTorrent(t, 100_000);
  const { httpPort } = await startClient(t, [`--torrent-file=${path}`, `--archives=${empty}`]);
  // Both questions get the same answer only once nothing moves: paused, and the check of the start is over.
  await rawRequest(httpPort, 'POST /pause');
  const torrents = '/api/v1/torrents';
  await until('paused', async () =>
    (await rawRequest(httpPort, `GET ${torrents}`)).body.includes('"state":"paused"') ? true : undefined,
  );
  const there = ['/health', '/metrics', torrents, `${torrents}/${infoHash}/files`, '/api/v1/sources'];
  for (const target of [...there, '/nothing', `${torrents}/${'0'.repeat(40)}`, `${torrents}?state=odd`]) {
    const [head, get] = await Promise.all(['HEAD', 'GET'].map((method) => rawRequest(httpPort, `${method} ${target}`)));
    const told = ({ headers }: typeof head) => [...headers].filter(([name]) => name !== 'date');
    assert.equal(head.statusLine, get.statusLine, target);
    if (target !== '/metrics') assert.deepEqual(told(head), told(get), target);
    assert.ok(Number(head.headers.get('content-length')) > 0, target);
    assert.equal(head.body, '', target);
  }
});

test('C3, C4, C5: while files are checked the server answers, counts what is verified and never says completed', async (t) => {
  const { path, complete } = makeZeroTorrent(t, 512, 1024 * 1024);
  const { httpPort } = await startClient(t, [`--torrent-file=${path}`, `--archives=${complete}`]);
  let status = await statusOf(httpPort);
  let last = 0;
  while (status.state !== 'completed') {
    assert.equal(status.state, 'starting');
    assert.equal(status.total_size, 512 * 1024 * 1024);
    assert.ok(status.downloaded >= last);
    assert.equal(status.progress, (status.downloaded / status.total_size) * 100);
    assert.equal((await rawRequest(httpPort, 'GET /health')).body, 'OK');
    last = status.downloaded;
    status = await statusOf(httpPort);
  }
  assert.deepEqual([status.downloaded, status.progress, status.eta], [status.total_size, 100, '∞']);
});

test('C9: a pause that comes before the files are ready is remembered', async (t) => {
  const { path, complete } = makeZeroTorrent(t, 512, 1024 * 1024);
  const { httpPort, line } = await startClient(t, [`--torrent-file=${path}`, `--archives=${complete}`]);
  await rawRequest(httpPort, 'POST /pause');
  assert.equal((await statusOf(httpPort)).state, 'paused');
  await line(/^zeros\.bin: complete$/);
  assert.equal((await statusOf(httpPort)).state, 'paused');
  await rawRequest(httpPort, 'POST /resume');
  assert.equal((await statusOf(httpPort)).state, 'completed');
});

test('C15: many torrents are told as one', async (t) => {
  const one = makeTorrent(t, 100_000, { seed: 1 });
  const other = makeTorrent(t, 50_000, { seed: 2 });
  const torrents = [`--torrent-file=${one.path}`, `--torrent-file=${other.path}`];
  const { httpPort, line } = await startClient(t, [...torrents, `--archives=${one.complete}`]);
  await line(/^data-1\.bin: complete$/);
  await line(/^data-2\.bin: active$/);
  const status = await statusOf(httpPort);
  assert.deepEqual([status.total_size, status.downloaded, status.state], [150_000, 100_000, 'starting']);
  await rawRequest(httpPort, 'POST /pause');
  assert.equal((await statusOf(httpPort)).paused, true);
});

test('C16: a busy control port is an error in the log, and the client goes on', async (t) => {
  const holder = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => holder.once('listening', resolve));
  afterwards(t, () => void holder.close());
  const { port } = holder.address() as AddressInfo;
  const { path, complete } = makeTorrent(t, 100_000);
  const argv = [`--torrent-file=${path}`, `--archives=${complete}`, `--http-port=${port}`, '--exit-on-complete'];
  const { ended } = await startClient(t, argv);
  const { code, stdout } = await ended;
  assert.equal(code, 0);
  assert.match(
    stdout,
    new RegExp(
      `"level":"error","message":"the control server cannot listen on 127\\.0\\.0\\.1 port ${port}: .*EADDRINUSE`,
    ),
  );
  assert.match(stdout, /"message":"listening","listenPort":\d+}/);
});

test('§4: without a token a strange Host gets 421 and a strange Origin cannot pause; curl can', async (t) => {
  const { path, empty } = makeTorrent(t, 100_000);
  const { httpPort } = await startClient(t, [
    `--torrent-file=${path}`,
    `--archives=${empty}`,
    '--allowed-hosts=nas.local',
  ]);
  const rows: [string, string[], number][] = [
    ['GET /status', ['Host: evil.example'], 421],
    ['GET /health', ['Host: evil.example'], 421],
    ['GET /status', ['Host: nas.local:1'], 200],
    ['GET /status', ['Host: [::1]:1'], 200],
    ['POST /pause', ['Origin: http://evil.example'], 403],
    ['POST /pause', ['Sec-Fetch-Site: cross-site'], 403],
    ['POST /pause', ['Origin: null'], 403],
    ['POST /pause', [`Origin: http://localhost:${httpPort}`], 200],
    ['POST /pause', [], 200],
  ];
  for (const [requestLine, headerLines, code] of rows) {
    const { statusLine } = await rawRequest(httpPort, requestLine, headerLines);
    assert.equal(statusLine.split(' ')[1], String(code), `${requestLine} ${headerLines}`);
  }
});

test('a caller who asks every fifteen seconds keeps his connection', async (t) => {
  const { path, empty } = makeTorrent(t, 100_000);
  const { httpPort } = await startClient(t, [`--torrent-file=${path}`, `--archives=${empty}`]);
  const { headers } = await fetch(`http://127.0.0.1:${httpPort}/status`);
  assert.ok(Number(/^timeout=([0-9]+)$/.exec(headers.get('keep-alive') ?? '')?.[1]) > 15, `${[...headers]}`);
});

test('a caller who does not come to the end of his request gives his socket back soon', async (t) => {
  const { path, empty } = makeTorrent(t, 100_000);
  const { httpPort } = await startClient(t, [`--torrent-file=${path}`, `--archives=${empty}`]);
  const socket = connect({ port: httpPort, host: '127.0.0.1' });
  afterwards(t, () => void socket.destroy());
  await once(socket, 'connect');
  const began = performance.now();
  socket.resume().write('GET /sta');
  await once(socket, 'close');
  assert.ok(performance.now() - began < SLOW_CALLER_MS, `${performance.now() - began} ms`);
});

test('so does one whose .torrent stands still, and that is no error', async (t) => {
  const { path, empty } = makeTorrent(t, 100_000);
  const { httpPort, child, ended } = await startClient(t, [`--torrent-file=${path}`, `--archives=${empty}`]);
  const socket = connect({ port: httpPort, host: '127.0.0.1' });
  afterwards(t, () => void socket.destroy());
  const began = performance.now();
  socket.resume().write('POST /api/v1/torrents HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nd4:');
  await once(socket, 'close');
  assert.ok(performance.now() - began < SLOW_CALLER_MS, `${performance.now() - began} ms`);
  child.kill('SIGTERM');
  assert.doesNotMatch((await ended).stdout, /"level":"(?:warn|error)"/);
});

test('a caller who leaves in the middle of what he sends is no error', async (t) => {
  const { path, empty } = makeTorrent(t, 100_000);
  const { httpPort, child, ended } = await startClient(t, [`--torrent-file=${path}`, `--archives=${empty}`]);
  for (let count = 0; count < 5; count++) {
    const socket = connect({ port: httpPort, host: '127.0.0.1' });
    socket.write(
      'POST /api/v1/torrents HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\nd4:',
    );
    // It reads the body by now.
    await once(socket, 'data');
    socket.destroy();
    await statusOf(httpPort);
  }
  child.kill('SIGTERM');
  assert.doesNotMatch((await ended).stdout, /"level":"(?:warn|error)"/);
});

test('§4: with a token everything but health needs it', async (t) => {
  const { path, empty } = makeTorrent(t, 100_000);
  const argv = [`--torrent-file=${path}`, `--archives=${empty}`, '--http-host=0.0.0.0'];
  const { httpPort } = await startClient(t, argv, { ENJAMBRE_TOKEN: 'open-sesame' });
  const { statusLine, headers, body } = await rawRequest(httpPort, 'GET /status');
  assert.equal(statusLine, 'HTTP/1.1 401 Unauthorized');
  assert.equal(headers.get('www-authenticate'), 'Bearer');
  assert.equal(JSON.parse(body).code, 'token-required');
  for (const [requestLine, headerLines, code] of [
    ['POST /pause', ['Authorization: Bearer wrong'], 401],
    ['GET /nothing', [], 401],
    ['GET /health', [], 200],
    ['GET /status', ['Authorization: Bearer open-sesame'], 200],
    ['POST /pause', ['Authorization: Bearer open-sesame'], 200],
  ] as const) {
    const answer = await rawRequest(httpPort, requestLine, headerLines);
    assert.equal(answer.statusLine.split(' ')[1], String(code), requestLine);
  }
});
