// The tracker's own HTTP, as no well-behaved client speaks it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { FakeClock } from '@enjambre/runtime';
import fc from 'fast-check';
import { createTrackerServer, type TrackerServer } from './tracker-server.ts';

const OK = /^HTTP\/1\.1 200 OK\r\n/;

async function listening(t: TestContext, clock?: FakeClock): Promise<{ server: TrackerServer; port: number }> {
  const server = createTrackerServer({ maxPeers: 100, ...(clock && { clock }) });
  const port = await server.listen(0, '127.0.0.1');
  t.after(() => server.close());
  return { server, port };
}

function dial(t: TestContext, port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.on('error', () => {});
  return socket;
}

/** All that comes back until the tracker ends the connection. */
async function untilEnd(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
  });
  if (!socket.closed) await once(socket, 'close');
  return text;
}

function exchange(t: TestContext, port: number, request: string): Promise<string> {
  const socket = dial(t, port);
  socket.write(request, 'latin1');
  return untilEnd(socket);
}

test('many requests in one packet are answered in order, and one request in many packets', async (t) => {
  const { port } = await listening(t);
  const paths = ['/health', '/stats', '/nowhere', '/health'];
  const requests = paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join('');
  const last = 'GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  const statuses = (text: string) => Array.from(text.matchAll(/HTTP\/1\.1 (\d+)/g), ([, status]) => Number(status));
  assert.deepEqual(statuses(await exchange(t, port, requests + last)), [200, 200, 404, 200, 200]);
  const socket = dial(t, port).setNoDelay();
  for (const byte of requests + last) if (!socket.write(byte)) await once(socket, 'drain');
  assert.deepEqual(statuses(await untilEnd(socket)), [200, 200, 404, 200, 200]);
});

test('a client that ends its side with its request is answered', async (t) => {
  const { port } = await listening(t);
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  t.after(() => socket.destroy());
  socket.end('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.match(await untilEnd(socket), OK);
});

test('an older client and one that says so get their connection closed', async (t) => {
  const { port } = await listening(t);
  assert.match(await exchange(t, port, 'GET /health HTTP/1.0\r\n\r\n'), OK);
  const answer = await exchange(t, port, 'GET /health HTTP/1.1\r\nhost:x\r\nConnection: TE, close\r\n\r\n');
  assert.match(answer, /\r\nConnection: close\r\n[\s\S]*\r\n\r\nOK$/);
});

test('what could be read in two ways ends the connection, and nothing behind it is answered', async (t) => {
  const { port } = await listening(t);
  const heads = [
    'GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 5',
    'GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 7',
    'GET /health HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked',
    'GET /health HTTP/1.1\r\nHost: x\nContent-Length: 5',
    'GET /health HTTP/1.1\r\nHost: x\r\nA: b\r\n c',
    'GET /health HTTP/1.1\r\nHost: x\r\nA: \0',
    'GET /health HTTP/1.1\r\nNo: host',
    'GET /health HTTP/2.0\r\nHost: x',
    'GET /health\r\nHost: x',
    'GET  HTTP/1.1\r\nHost: x',
    'GET /a b HTTP/1.1\r\nHost: x',
    'GET /a\nb HTTP/1.1\r\nHost: x',
    'GET /a\rb HTTP/1.1\r\nHost: x',
    'GET /\0 HTTP/1.1\r\nHost: x',
    '',
  ];
  for (const head of heads) {
    const answer = await exchange(t, port, `${head}\r\n\r\nGET /stats HTTP/1.1\r\nHost: x\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 400 /, head);
    assert.equal(answer.split('HTTP/1.1').length, 2, head);
  }
  const posted = await exchange(t, port, 'POST /announce HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc');
  assert.match(posted, /^HTTP\/1\.1 405 [\s\S]*\r\nAllow: GET\r\n/);
});

test('no bytes make it fall', async (t) => {
  const { server, port } = await listening(t);
  const word = fc.constantFrom(
    'GET ',
    '/announce',
    '?',
    'info_hash=',
    '%00',
    '&',
    ' HTTP/1.1',
    '\r\n',
    '\r\n\r\n',
    ':',
    'Host: x',
  );
  const texts = fc.sample(fc.array(fc.oneof(word, fc.string({ unit: 'binary', maxLength: 9 })), { maxLength: 40 }), {
    numRuns: 300,
    seed: 5,
  });
  await Promise.all(
    texts.map(async (words) => {
      const socket = dial(t, port);
      socket.end(words.join(''), 'latin1');
      for (const answer of (await untilEnd(socket)).matchAll(/^HTTP\/1\.1 (\d+)/gm)) {
        assert.ok(['200', '400', '404', '405', '431'].includes(answer[1]), answer[1]);
      }
    }),
  );
  assert.match(await exchange(t, port, 'GET /health HTTP/1.0\r\n\r\n'), OK);
  assert.equal(server.figures().peers, 0);
});

test('a request that does not come, a connection that rests and answers that are not read end in time', async (t) => {
  const clock = new FakeClock();
  const { server, port } = await listening(t, clock);
  const [slow, resting, deaf] = [dial(t, port), dial(t, port), dial(t, port)];
  slow.write('GET /health HT');
  resting.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.match(String((await once(resting, 'data'))[0]), OK);
  deaf.pause();
  // Far more answers than socket buffers take: the tracker must stop reading, not keep them.
  const many = 'GET /stats HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(2000);
  let sent = 0;
  while (sent < 40 && deaf.write(many)) sent++;
  while (sent++ < 40) deaf.write(many);
  while (server.figures().connections < 3) await new Promise(setImmediate);
  const slowly = untilEnd(slow);
  for (let second = 0; second < 8; second++) {
    clock.advance(1000);
    await new Promise(setImmediate);
  }
  assert.match(await slowly, /^HTTP\/1\.1 408 /);
  clock.advance(10_000);
  await once(resting, 'close');
  clock.advance(10_000);
  while (server.figures().connections > 0) {
    clock.advance(1000);
    await new Promise(setImmediate);
  }
  assert.ok(process.memoryUsage.rss() < 400 * 2 ** 20);
});
