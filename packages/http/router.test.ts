import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textAnswer } from './answer.ts';
import { type Asked, type RouteTable, router } from './router.ts';

const table: RouteTable = {
  '/read': { methods: ['GET'], handle: () => textAnswer('read') },
  '/change': { methods: ['POST'], changes: true, handle: () => textAnswer('changed') },
  '/open': { methods: 'any', open: true, handle: () => textAnswer('open') },
};
const host = 'localhost:9091';

async function ask(method: string, url: string, headers: Record<string, string> = {}, token?: string) {
  const answer = await router(table, { allowedHosts: ['Nas.Local'], token })({
    method,
    url,
    headers: { host, ...headers },
  });
  return { ...answer, code: answer.body.startsWith('{') ? JSON.parse(answer.body).code : undefined };
}

test('a path is matched exactly, whatever the query', async () => {
  assert.equal((await ask('GET', '/read?x=/y#z')).body, 'read');
  assert.equal((await ask('GET', 'http://localhost:9091/read')).body, 'read');
  for (const url of ['/', '/Read', '/read/', '//read', '/rea', '*', '/__proto__', '/constructor']) {
    assert.equal((await ask('GET', url)).status, 404, url);
  }
});

test('another path answers 404 and another method 405, in the words programs compare', async () => {
  const { code: _, ...missing } = await ask('GET', '/nothing');
  assert.deepEqual(missing, {
    status: 404,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
    body: '404 page not found\n',
  });
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']) {
    const { code: __, ...wrong } = await ask(method, '/change');
    assert.deepEqual(wrong, {
      status: 405,
      headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff', Allow: 'POST' },
      body: 'Method not allowed\n',
    });
  }
});

test('a name that may have been rebound to us gets 421; localhost, addresses and names of ours do not', async () => {
  for (const name of [
    'localhost',
    'LOCALHOST:1',
    '127.0.0.1:9091',
    '10.1.2.3',
    '[::1]:9091',
    'nas.local',
    'nas.local.:80',
  ]) {
    assert.equal((await ask('GET', '/read', { host: name })).status, 200, name);
  }
  for (const name of [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'nas.local.evil.example',
    '',
  ]) {
    const answer = await ask('GET', '/read', { host: name });
    assert.deepEqual([answer.status, answer.code], [421, 'host-not-allowed'], name);
  }
});

test('without a token a page of another origin may read nothing it could not before, and change nothing', async () => {
  const foreign = [
    { origin: 'http://evil.example' },
    { origin: 'http://localhost:3000' },
    { origin: 'https://localhost:9091.evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'http://localhost:9091', 'sec-fetch-site': 'cross-site' },
  ];
  for (const headers of foreign) {
    const answer = await ask('POST', '/change', headers as Record<string, string>);
    assert.deepEqual([answer.status, answer.code], [403, 'foreign-origin'], JSON.stringify(headers));
    assert.equal((await ask('GET', '/read', headers as Record<string, string>)).status, 200);
    assert.equal((await ask('POST', '/open', headers as Record<string, string>)).status, 200);
  }
  for (const headers of [
    {},
    { origin: 'http://localhost:9091' },
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
  ]) {
    assert.equal(
      (await ask('POST', '/change', headers as Record<string, string>)).status,
      200,
      JSON.stringify(headers),
    );
  }
  assert.equal((await ask('POST', '/change', { host: 'localhost', origin: 'http://localhost' })).status, 200);
});

test('with a token every route but the open one needs it, and then the origin no longer matters', async () => {
  for (const authorization of ['', 'Bearer', 'Bearer wrong', 'Basic c2VjcmV0', 'Bearer secret2', 'secret']) {
    for (const [method, url] of [
      ['GET', '/read'],
      ['POST', '/change'],
      ['GET', '/nothing'],
      ['PUT', '/read'],
    ]) {
      const answer = await ask(method, url, { authorization }, 'secret');
      assert.deepEqual(
        [answer.status, answer.code, answer.headers['WWW-Authenticate']],
        [401, 'token-required', 'Bearer'],
      );
    }
  }
  assert.equal((await ask('GET', '/open', {}, 'secret')).status, 200);
  const authorization = 'bearer secret';
  assert.equal((await ask('GET', '/read', { authorization }, 'secret')).status, 200);
  assert.equal((await ask('POST', '/change', { authorization, origin: 'http://evil.example' }, 'secret')).status, 200);
  assert.equal((await ask('POST', '/change', { authorization, host: 'evil.example' }, 'secret')).status, 421);
});

test('a part of a path may be a name, and one path answers several methods differently', async () => {
  const named: RouteTable = {
    '/things/:name': [
      { methods: ['GET'], handle: ({ params, query }) => textAnswer(`got ${params.name} ${query.get('part')}`) },
      { methods: ['DELETE'], changes: true, handle: ({ params }) => textAnswer(`removed ${params.name}`) },
    ],
    '/things/:name/inner': { methods: ['GET'], handle: ({ params }) => textAnswer(`inner of ${params.name}`) },
  };
  const call = (method: string, url: string) =>
    router(named, { allowedHosts: [], token: undefined })({ method, url, headers: { host } });
  assert.equal((await call('GET', '/things/a%20b?part=2#x')).body, 'got a b 2');
  assert.equal((await call('DELETE', '/things/x')).body, 'removed x');
  assert.equal((await call('GET', '/things/__proto__/inner')).body, 'inner of __proto__');
  assert.equal((await call('PUT', '/things/x')).headers.Allow, 'GET, DELETE');
  for (const url of ['/things/', '/things', '/things/a/b', '/things/%zz', '/things/a/inner/']) {
    assert.equal((await call('GET', url)).status, 404, url);
  }
});

test('a body is read to its limit and no further', async () => {
  async function* parts() {
    yield Buffer.from('12345');
    yield Buffer.from('67890');
  }
  const read = async (limit: number) => {
    const handle = async ({ body }: Asked) => textAnswer(Buffer.from((await body(limit)) ?? 'too long').toString());
    const route = router({ '/in': { methods: ['POST'], handle } }, { allowedHosts: [], token: undefined });
    return (await route({ method: 'POST', url: '/in', headers: { host }, body: parts() })).body;
  };
  assert.equal(await read(10), '1234567890');
  assert.equal(await read(9), 'too long');
});
