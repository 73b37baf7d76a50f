// Our tracker by raw HTTP, as clients it has never met speak to it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { BencodeDictionary, decodeBencode } from '@enjambre/metainfo';
import { FakeClock, seededRandom } from '@enjambre/runtime';
import { createTrackerServer, type TrackerServerOptions } from './tracker-server.ts';

const HASH = '%12%34%56%78%9a%bc%de%f1%23%45%67%89%ab%cd%ef%12%34%56%78%9a';

async function listening(t: TestContext, options: TrackerServerOptions = {}, host = '127.0.0.1'): Promise<string> {
  const server = createTrackerServer({ random: seededRandom(1), ...options });
  const port = await server.listen(0, host);
  t.after(() => server.close());
  return `http://${host.includes(':') ? '[::1]' : host}:${port}`;
}

async function dictionary(url: string): Promise<BencodeDictionary> {
  const response = await fetch(url);
  assert.equal(response.status, 200);
  const { value, unsortedKeys } = decodeBencode(new Uint8Array(await response.arrayBuffer()));
  assert.ok(value instanceof BencodeDictionary && !unsortedKeys);
  return value;
}

function announceUrl(base: string, port: number, rest = 'left=1', hash = HASH): string {
  return `${base}/announce?info_hash=${hash}&peer_id=${String(port).padStart(20, 'p')}&port=${port}&${rest}`;
}

test('two peers find each other, nobody finds itself, counts are right', async (t) => {
  const base = await listening(t);
  const first = await dictionary(announceUrl(base, 6001, 'left=0&event=started'));
  assert.equal(first.getBytes('peers')?.length, 0);
  const second = await dictionary(announceUrl(base, 6002, 'left=9&event=started&compact=1'));
  assert.deepEqual([...second.getBytes('peers')!], [127, 0, 0, 1, 6001 >> 8, 6001 & 255]);
  const keys = ['complete', 'incomplete', 'interval', 'min interval'];
  assert.deepEqual(
    keys.map((key) => second.getInteger(key)),
    [1, 1, 120, 30],
  );
  assert.deepEqual([...second.getBytes('external ip')!], [127, 0, 0, 1]);
  assert.equal(second.has('peers6'), false);
});

test('a dictionary answer carries peer ids unless they are not wanted', async (t) => {
  const base = await listening(t);
  await dictionary(announceUrl(base, 6001));
  const [withId] = (await dictionary(announceUrl(base, 6002, 'compact=0'))).getList('peers') as BencodeDictionary[];
  assert.deepEqual(
    [withId.getString('ip'), withId.getInteger('port'), withId.getString('peer id')],
    ['127.0.0.1', 6001, '6001'.padStart(20, 'p')],
  );
  const answer = await dictionary(announceUrl(base, 6002, 'compact=0&no_peer_id=1'));
  assert.deepEqual([...(answer.getList('peers') as BencodeDictionary[])[0].keys()], ['ip', 'port']);
});

test('on all addresses, an IPv4 peer is an IPv4 peer and IPv6 peers come in peers6', async (t) => {
  const base = await listening(t, {}, '::');
  const ipv4 = base.replace('[::1]', '127.0.0.1');
  await dictionary(announceUrl(ipv4, 6001));
  await dictionary(announceUrl(base, 6002));
  const answer = await dictionary(announceUrl(ipv4, 6003));
  assert.deepEqual([...answer.getBytes('peers')!], [127, 0, 0, 1, 6001 >> 8, 6001 & 255]);
  assert.deepEqual([...answer.getBytes('peers6')!], [...new Array(15).fill(0), 1, 6002 >> 8, 6002 & 255]);
});

test('a private client’s ip= is believed when it is an address', async (t) => {
  const base = await listening(t);
  await dictionary(announceUrl(base, 6001, 'left=1&ip=10.9.8.7'));
  await dictionary(announceUrl(base, 6002, 'left=1&ip=router.local'));
  const answer = await dictionary(announceUrl(base, 6003, 'left=1&compact=0&no_peer_id=1'));
  const hosts = (answer.getList('peers') as BencodeDictionary[]).map((peer) => peer.getString('ip'));
  assert.deepEqual(hosts.sort(), ['10.9.8.7', '127.0.0.1']);
});

test('stopped removes, completed turns a leecher into a seed and counts', async (t) => {
  const base = await listening(t);
  await dictionary(announceUrl(base, 6001, 'left=5&event=started'));
  const done = await dictionary(announceUrl(base, 6001, 'left=0&event=completed'));
  assert.deepEqual(
    ['complete', 'incomplete', 'downloaded'].map((key) => done.getInteger(key)),
    [1, 0, 1],
  );
  const stopped = await dictionary(announceUrl(base, 6001, 'left=0&event=stopped'));
  assert.deepEqual(
    ['complete', 'incomplete'].map((key) => stopped.getInteger(key)),
    [0, 0],
  );
  assert.equal(((await (await fetch(`${base}/stats`)).json()) as { torrents: number }).torrents, 0);
});

test('50 peers unless told, 200 at most, none when none are wanted', async (t) => {
  const base = await listening(t);
  await Promise.all(
    Array.from({ length: 250 }, (_, index) => fetch(announceUrl(base, 7000 + index)).then((r) => r.text())),
  );
  const count = async (rest: string): Promise<number> =>
    (await dictionary(announceUrl(base, 6001, rest))).getBytes('peers')!.length / 6;
  assert.deepEqual([await count(''), await count('numwant=9999'), await count('numwant=0')], [50, 200, 0]);
});

test('a peer that missed two announces is forgotten', async (t) => {
  const clock = new FakeClock();
  const base = await listening(t, { clock, intervalSeconds: 60 });
  await dictionary(announceUrl(base, 6001));
  clock.advance(100_000);
  await dictionary(announceUrl(base, 6002));
  clock.advance(70_000);
  const stats = (await (await fetch(`${base}/stats`)).json()) as Record<string, unknown>;
  assert.deepEqual(stats, {
    ...{ torrents: 1, peers: 1, seeders: 0, leechers: 1, uptime_seconds: 170 },
    announces: { http: 2, udp: 0, refused: 0 },
    scrapes: { http: 0, udp: 0 },
    udp: { connects: 0, strangers: 0, dropped: 0 },
    http: { connections: 1 },
  });
});

test('a scrape names several swarms and gets those that exist', async (t) => {
  const base = await listening(t);
  const other = '%ff'.repeat(20);
  await dictionary(announceUrl(base, 6001, 'left=0&event=completed'));
  const files = (await dictionary(`${base}/scrape?info_hash=${HASH}&info_hash=${other}`)).getDict('files')!;
  assert.equal(files.size, 1);
  const [[hash, counts]] = [...files];
  assert.equal(Buffer.from(hash, 'latin1').toString('hex'), HASH.replaceAll('%', ''));
  const keys = ['complete', 'downloaded', 'incomplete'];
  assert.deepEqual(
    keys.map((key) => (counts as BencodeDictionary).getInteger(key)),
    [1, 1, 0],
  );
  assert.match((await dictionary(`${base}/scrape`)).getString('failure reason')!, /not allowed/);
});

test('bad input is answered with a failure reason, which is what clients show', async (t) => {
  const base = await listening(t);
  const reason = async (query: string): Promise<string> =>
    (await dictionary(`${base}/announce${query}`)).getString('failure reason') ?? '';
  assert.match(await reason(''), /info_hash/);
  assert.match(await reason('?info_hash=short'), /info_hash/);
  assert.match(await reason('?%zz=1&info_hash=%zz'), /encoded/);
  assert.match(await reason(`?info_hash=${HASH}&peer_id=${'p'.repeat(20)}&port=70000`), /port/);
});

test('other paths are 404, other methods 405, health is OK', async (t) => {
  const base = await listening(t);
  const health = await fetch(`${base}/health`);
  assert.deepEqual([health.status, await health.text()], [200, 'OK']);
  assert.equal((await fetch(`${base}/`)).status, 404);
  for (const method of ['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS']) {
    const refused = await fetch(`${base}/announce`, { method });
    assert.deepEqual([refused.status, refused.headers.get('allow')], [405, 'GET'], method);
    await refused.arrayBuffer();
  }
});

test('a connection carries many requests, an over-long one ends it', async (t) => {
  const base = await listening(t);
  const socket = connect(Number(new URL(base).port), '127.0.0.1');
  t.after(() => socket.destroy());
  let answers = '';
  const { promise: healthy, resolve } = Promise.withResolvers<void>();
  socket.setEncoding('latin1').on('data', (text: string) => {
    answers += text;
    if (answers.endsWith('OK')) resolve();
  });
  const request = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`;
  socket.write(request(`/announce?info_hash=${HASH}&peer_id=${'p'.repeat(20)}&port=1`) + request('/health'));
  await healthy;
  socket.write(request(`/health?${'x'.repeat(20_000)}`));
  await once(socket, 'close');
  assert.match(answers, /^HTTP\/1\.1 200 OK[\s\S]*d8:complete[\s\S]*HTTP\/1\.1 200 OK[\s\S]*OKHTTP\/1\.1 431/);
});

test('closing lets go of the port though connections are open, and a busy port is an error with its code', async () => {
  const server = createTrackerServer();
  const port = await server.listen(0, '127.0.0.1');
  const rival = createTrackerServer();
  await assert.rejects(rival.listen(port, '127.0.0.1'), { code: 'EADDRINUSE' });
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  await server.close();
  if (!socket.destroyed) await once(socket.resume(), 'close');
  assert.equal(await rival.listen(port, '127.0.0.1'), port);
  await rival.close();
});
