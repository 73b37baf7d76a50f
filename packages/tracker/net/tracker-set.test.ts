// Trackers of a set over real sockets, and what strangers get who speak to the same port.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { silentLogger } from '@enjambre/runtime';
import { GONE, NO_BYTES } from '../replication/entry.ts';
import { EntryWriter } from '../replication/entry-codec.ts';
import { ANYBODY, signRequest } from '../replication/envelope.ts';
import { PATH_PREFIX } from '../replication/gate.ts';
import { parseSecretRing } from '../replication/secret-ring.ts';
import { ChangeClock } from '../server/change-clock.ts';
import { createTrackerServer, type TrackerServer } from './tracker-server.ts';

/** Not that of connections that are dialled, which could take a port between finding it free and listening there. */
const HOST = '127.0.9.1';
const HASH = '%11'.repeat(20);
const secrets = parseSecretRing('the secret of this set');
const others = parseSecretRing('another');

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

interface Running {
  readonly port: number;
  readonly server: TrackerServer;
}

/** @param rings the secrets of each */
async function startSet(t: TestContext, rings: readonly (typeof secrets)[]): Promise<Running[]> {
  const ports = await Promise.all(rings.map(freePort));
  const fellows = ports.map((port) => ({ host: HOST, port }));
  return Promise.all(
    ports.map(async (port, at) => {
      const server = createTrackerServer({ set: { fellows, secrets: rings[at], logger: silentLogger } });
      server.restoreSet(undefined);
      await server.listen(port, HOST);
      t.after(() => server.close());
      return { port, server };
    }),
  );
}

async function announce({ port }: Running, peerPort: number, rest = 'left=1'): Promise<void> {
  const peerId = String(peerPort).padStart(20, 'p');
  const query = `info_hash=${HASH}&peer_id=${peerId}&port=${peerPort}&compact=1&${rest}`;
  assert.equal((await fetch(`http://${HOST}:${port}/announce?${query}`)).status, 200);
}

async function until(holds: () => boolean, mostMs: number): Promise<number> {
  const startedAt = performance.now();
  while (!holds()) {
    assert.ok(performance.now() - startedAt < mostMs, `not within ${mostMs} ms`);
    await pause(5);
  }
  return performance.now() - startedAt;
}

const isMet = ({ server }: Running): boolean =>
  server.figures().set?.fellows.every(({ state }) => state !== 'away') === true;
const peersOf = (all: readonly Running[]): number[] => all.map(({ server }) => server.figures().peers);

interface Sent {
  readonly name?: string;
  readonly ring?: typeof secrets;
  readonly to?: string;
  readonly timeMs?: number;
  readonly body?: Uint8Array;
  readonly headers?: (authorization: string) => Record<string, string>;
}

let nonces = 0;

function headersOf({
  name = 'changes',
  ring = secrets,
  to = ANYBODY,
  timeMs = Date.now(),
  body = NO_BYTES,
}: Sent): string {
  const nonce = (++nonces).toString(16).padStart(32, '0');
  const target = { method: 'POST', path: PATH_PREFIX + name };
  return signRequest(target, { from: 'f'.repeat(16), to, timeMs, nonce }, body, ring);
}

async function post({ port }: Running, authorization: string | undefined, { name = 'changes', body = NO_BYTES }: Sent) {
  const headers = authorization === undefined ? {} : { Authorization: authorization };
  const init = { method: 'POST', body: Buffer.from(body), headers };
  const response = await fetch(`http://${HOST}:${port}${PATH_PREFIX}${name}`, init);
  const bytes = Buffer.from(await response.arrayBuffer());
  const code = response.status === 200 ? undefined : (JSON.parse(bytes.toString()) as { code: string }).code;
  return { status: response.status, code, bytes };
}

test('three trackers meet, leave themselves out, and agree within a second of each change', async (t) => {
  const all = await startSet(t, [secrets, secrets, secrets]);
  await until(() => all.every(isMet), 5_000);
  for (const { server } of all) {
    const states = server.figures().set!.fellows.map(({ state }) => state);
    assert.deepEqual(states.sort(), ['met', 'met', 'same']);
  }
  for (const [at, one] of all.entries()) await announce(one, 7_000 + at, 'left=0&event=completed');
  await until(() => peersOf(all).every((peers) => peers === 3), 1_000);
  await announce(all[2], 7_000, 'left=0&event=stopped');
  await until(() => peersOf(all).every((peers) => peers === 2), 1_000);
  const scrapes = await Promise.all(
    all.map(async ({ port }) => (await fetch(`http://${HOST}:${port}/scrape?info_hash=${HASH}`)).text()),
  );
  for (const scrape of scrapes) assert.match(scrape, /8:completei2e10:downloadedi3e10:incompletei0e/);
});

test('without a signature, by another secret, at another time, for another one or again it changes nothing', async (t) => {
  const [one] = await startSet(t, [secrets]);
  await announce(one, 7_000);
  const id = (await post(one, headersOf({ name: 'hello' }), { name: 'hello' })).bytes.toString('hex');
  const writer = new EntryWriter(1_000);
  const key = Buffer.from([127, 0, 0, 1, 7_000 >> 8, 7_000 & 0xff]);
  const stamp = ChangeClock.firstOf(Date.now() + 1_000);
  writer.add({ infoHash: Buffer.alloc(20, 0x11), key, state: GONE, stamp, peerId: NO_BYTES });
  const body = writer.take();
  const right = headersOf({ to: id, body });
  const refusals: ReadonlyArray<readonly [string | undefined, Uint8Array, number, string]> = [
    [undefined, body, 401, 'signature-required'],
    ['Bearer secret', body, 401, 'signature-required'],
    [headersOf({ to: id, body, ring: others }), body, 401, 'signature-required'],
    [right.replace(/time=\d/, 'time=2'), body, 401, 'signature-required'],
    [headersOf({ to: id, body, timeMs: Date.now() - 61_000 }), body, 401, 'clock-apart'],
    [headersOf({ to: id, body, timeMs: Date.now() + 61_000 }), body, 401, 'clock-apart'],
    [headersOf({ to: 'a'.repeat(16), body }), body, 421, 'other-instance'],
    [headersOf({ body }), body, 421, 'other-instance'],
    [headersOf({ to: id, body }), Buffer.from(body).fill(1), 401, 'signature-required'],
    [headersOf({ to: id, body: Buffer.alloc(9) }), Buffer.alloc(9), 400, 'invalid-message'],
  ];
  for (const [authorization, sent, status, code] of refusals) {
    const refused = await post(one, authorization, { body: sent });
    assert.deepEqual([refused.status, refused.code], [status, code]);
    assert.deepEqual(peersOf([one]), [1]);
  }
  assert.equal((await post(one, right, { body })).status, 200);
  assert.deepEqual(peersOf([one]), [0]);
  await announce(one, 7_000);
  const again = await post(one, right, { body });
  assert.deepEqual([again.status, again.code], [401, 'replayed']);
  assert.deepEqual(peersOf([one]), [1]);
  assert.ok(one.server.figures().set!.refused >= refusals.length);
});

test('a body is not read before its head is believed, and no longer than it may be', async (t) => {
  const [one] = await startSet(t, [secrets]);
  const head = `POST ${PATH_PREFIX}changes HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n`;
  const stranger = connect(one.port, HOST);
  stranger.write(`${head}\r\n`);
  // Not a byte of the body was sent, and the answer is there.
  assert.match(await text(stranger), /^HTTP\/1\.1 401 [\s\S]*Connection: close[\s\S]*"code":"signature-required"/i);
  const long = await post(one, headersOf({ name: 'hello', body: Buffer.alloc(2 ** 20 + 1) }), { name: 'hello' });
  assert.deepEqual([long.status, long.code], [413, 'too-large']);
});

test('announces and messages of the set may come on one connection, and other bodies end it as before', async (t) => {
  const [one] = await startSet(t, [secrets]);
  const socket = connect(one.port, HOST);
  const authorization = headersOf({ name: 'hello' });
  const hello = `POST ${PATH_PREFIX}hello HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nAuthorization: ${authorization}\r\n`;
  socket.write(`GET /health HTTP/1.1\r\nHost: a\r\n\r\n${hello}\r\n`);
  let received = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    received += chunk;
  });
  while (!/OKHTTP\/1\.1 200 OK[\s\S]*Authentication-Info: Enjambre-Set-1 /i.test(received)) await once(socket, 'data');
  socket.destroy();
  const foreign = await fetch(`http://${HOST}:${one.port}/announce`, { method: 'POST', body: 'x' });
  assert.ok([400, 405].includes(foreign.status));
});

test('a tracker with another secret is not met and holds its own swarms', async (t) => {
  const all = await startSet(t, [secrets, others]);
  await announce(all[0], 7_000);
  await announce(all[1], 7_001);
  const away = ({ server }: Running): boolean =>
    server.figures().set!.fellows.some(({ error }) => error.endsWith('(signature-required)'));
  await until(() => all.every(away), 5_000);
  assert.deepEqual(peersOf(all), [1, 1]);
});
