// docs/contract.md §4 for the backend: who may call, and what every answer says to browsers.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { afterwards } from '../contract/cleanup.ts';
import { startEnjambre } from '../contract/client-process.ts';
import { rawRequest } from '../contract/raw-http.ts';
import { startBackend } from './backend-process.ts';

const TIMEOUT_MS = 60_000;
const UPGRADE = ['Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='];

const codeOf = (body: string) => /"code":"([^"]+)"/.exec(body)?.[1];

test('without a token: names and origins of strangers are refused, also for streams', {
  timeout: TIMEOUT_MS,
}, async (t) => {
  const { port, pageUrl } = await startBackend(t, { argv: ['--allowed-hosts=fleet.example'] });
  const ask = (line: string, headers: readonly string[] = []) => rawRequest(port, line, headers);
  const foreign = 'Origin: http://evil.example';

  for (const host of ['evil.example', 'localhost.evil.example', '']) {
    const { statusLine, body } = await ask('GET /api/containers', [`Host: ${host}`]);
    // No host at all is not even a request.
    assert.match(statusLine, host === '' ? /4\d\d/ : /421/, host);
    if (host !== '') assert.equal(codeOf(body), 'host-not-allowed');
  }
  for (const host of ['localhost', '127.0.0.1:1', '[::1]', 'fleet.example']) {
    assert.match((await ask('GET /api/containers', [`Host: ${host}`])).statusLine, /200/, host);
  }
  assert.match((await ask('GET /api/containers', [foreign])).statusLine, /200/);
  for (const line of [
    'POST /api/containers',
    'DELETE /api/containers/x',
    'POST /api/v1/actions',
    'GET /api/v1/events',
  ]) {
    const { statusLine, body } = await ask(line, [foreign]);
    assert.match(statusLine, /403/, line);
    assert.equal(codeOf(body), 'foreign-origin');
  }
  assert.match((await ask('GET /api/v1/events', ['Sec-Fetch-Site: same-site'])).statusLine, /403/);
  const socket = ['Connection: Upgrade', ...UPGRADE];
  const stranger = await rawUpgrade(port, '/ws/logs/x', [foreign, ...socket]);
  assert.match(stranger, /403/);
  assert.match(await rawUpgrade(port, '/ws/logs/x', [`Origin: http://localhost:${port}`, ...socket]), /404/);
  const own = await fetch(`${pageUrl}/api/containers/x/start`, { method: 'POST', headers: { Origin: pageUrl } });
  assert.equal(own.status, 404);
});

test('a WebSocket that was refused keeps nothing open: the backend ends on a signal', {
  timeout: TIMEOUT_MS,
}, async (t) => {
  const backend = await startBackend(t);
  const socket = connect({ port: backend.port, host: '127.0.0.1' });
  const lines = ['GET /ws/logs/x HTTP/1.1', 'Host: localhost', 'Connection: Upgrade', ...UPGRADE];
  socket.write([...lines, 'Origin: http://evil.example', '', ''].join('\r\n'));
  const [answer] = await once(socket, 'data');
  assert.match(String(answer), /^HTTP\/1\.1 403/);
  await once(socket, 'close');
  backend.child.kill('SIGTERM');
  assert.equal((await backend.ended).code, 0);
});

test('every answer keeps browsers from loading, framing and guessing', { timeout: TIMEOUT_MS }, async (t) => {
  const { url, port, pageUrl } = await startBackend(t);
  for (const address of [`${url}/api/containers`, `${pageUrl}/`, `${pageUrl}/some/route`, `${url}/api/nothing`]) {
    const { headers } = await fetch(address);
    const policy = headers.get('content-security-policy') ?? '';
    for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]) {
      assert.ok(policy.includes(part), `${address}: ${part}`);
    }
    assert.doesNotMatch(policy, /unsafe|\*|http/);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('referrer-policy'), 'no-referrer');
    assert.equal(headers.get('access-control-allow-origin'), null);
  }
  const unreadable = await rawRequest(port, 'GET /api/containers/%ff');
  assert.deepEqual(Object.keys(JSON.parse(unreadable.body)), ['error', 'code']);
  const outside = await rawRequest(port, 'GET /..%2f..%2fpackage.json');
  assert.doesNotMatch(outside.body, /workspaces/);
});

test('with a token everything but /health needs it; a browser keeps it in a cookie', {
  timeout: TIMEOUT_MS,
}, async (t) => {
  const { url, port } = await startBackend(t, { env: { ENJAMBRE_TOKEN: 'open-sesame' } });
  assert.equal((await fetch(`${url}/health`)).status, 200);
  for (const path of ['/', '/api/containers', '/api/v1/events', '/?token=wrong']) {
    const { statusLine, body } = await rawRequest(port, `GET ${path}`);
    assert.match(statusLine, /401/, path);
    assert.equal(codeOf(body), 'token-required');
  }
  const person = await fetch(url, { headers: { Accept: 'text/html', 'Accept-Language': 'es' } });
  assert.equal(person.status, 401);
  assert.match(await person.text(), /lang="es"[\s\S]*<form[\s\S]*name="token"/);
  const headers = { Authorization: 'Bearer open-sesame' };
  assert.equal((await fetch(`${url}/api/containers`, { headers })).status, 200);
  const redirect = await fetch(`${url}/?token=open-sesame`, { redirect: 'manual' });
  const cookie = redirect.headers.get('set-cookie') ?? '';
  assert.equal(redirect.status, 302);
  assert.match(cookie, /HttpOnly; SameSite=Strict$/);
  const Cookie = cookie.split(';')[0];
  assert.equal((await fetch(`${url}/api/containers`, { headers: { Cookie } })).status, 200);
  const foreign = { Cookie, Origin: 'http://evil.example' };
  assert.equal((await fetch(`${url}/api/containers`, { method: 'POST', headers: foreign })).status, 403);
});

test('what cannot be meant, or would let others in, is refused in one line', { timeout: TIMEOUT_MS }, async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'enjambre-refused-'));
  afterwards(t, () => rmSync(home, { recursive: true, force: true }));
  const empty = join(home, 'token');
  writeFileSync(empty, '');
  const cases: [string[], RegExp][] = [
    [['--host=0.0.0.0'], /^enjambre backend: --host 0\.0\.0\.0 .*ENJAMBRE_TOKEN.*--insecure-no-auth/],
    [['--driver=podman'], /--driver: "podman": .*process, docker, docker-swarm, auto/],
    [['--port=99999'], /--port: "99999"/],
    [['--what'], /unknown flag "--what"/],
    [['here'], /unexpected argument "here"/],
    [[`--token-file=${empty}`], /--token-file/],
    // Linux finds nothing there, and makes nothing either.
    [['--data-dir=/proc/enjambre/d'], /--data-dir \/proc\/enjambre\/d: cannot be made/],
    [['--root=/proc/enjambre'], /--root \/proc\/enjambre: cannot be made/],
  ];
  for (const [argv, sentence] of cases) {
    const { code, stdout, stderr } = await startEnjambre(t, ['backend', `--data-dir=${home}/d`, ...argv]).ended;
    assert.deepEqual({ code, stdout, lines: stderr.split('\n').length }, { code: 2, stdout: '', lines: 2 }, stderr);
    assert.match(stderr, sentence);
  }
});

/** The first line that comes back, whether or not the connection becomes another. */
async function rawUpgrade(port: number, path: string, headers: readonly string[]): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.write([`GET ${path} HTTP/1.1`, `Host: localhost:${port}`, ...headers, '', ''].join('\r\n'));
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.once('data', (bytes) => resolve(bytes.toString('latin1').split('\r\n')[0]));
  const line = await promise;
  socket.destroy();
  return line;
}

test('who sends too much hears so, also when the rest is still on its way', { timeout: TIMEOUT_MS }, async (t) => {
  const { port } = await startBackend(t);
  const length = 4 * 1024 * 1024;
  const socket = connect({ port, host: '127.0.0.1' });
  const answers = async (count: number) => {
    for (let text = ''; ; ) {
      const [part] = (await once(socket, 'data')) as [Buffer];
      text += part.toString();
      if (text.split('HTTP/1.1 ').length > count && text.endsWith('}')) return text;
    }
  };
  const head = (line: string, headers: string) => `${line} HTTP/1.1\r\nHost: localhost:${port}\r\n${headers}\r\n`;
  socket.write(head('POST /api/containers', `Content-Type: application/json\r\nContent-Length: ${length}\r\n`));
  const refused = await answers(1);
  assert.match(refused, /^HTTP\/1\.1 413 /);
  assert.equal(codeOf(refused), 'too-large');
  // The body follows, and after it the next request of this connection.
  socket.write(Buffer.alloc(length, ' '));
  socket.write(head('GET /api/v1/nothing', ''));
  assert.match(await answers(1), /^HTTP\/1\.1 404 /);
  // More than anybody sends by mistake is not read.
  socket.write(head('POST /api/containers', `Content-Length: ${100 * length}\r\n`));
  assert.match(await answers(1), /^HTTP\/1\.1 413 .*\r\nconnection: close/is);
  await once(socket, 'close');
});
