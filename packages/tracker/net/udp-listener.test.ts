// Our tracker over UDP, asked by our own client and by raw datagrams.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { FakeClock, seededRandom, systemClock, systemRandom } from '@enjambre/runtime';
import fc from 'fast-check';
import type { AnnounceQuestion } from '../client/tracker-caller.ts';
import { createUdpCaller } from '../client/udp-caller.ts';
import { isTrackerError } from '../errors.ts';
import { encodeAnnounce, encodeConnect, encodeScrape, parseUdpAnswer, udpActions } from '../protocol/udp-message.ts';
import { createTrackerServer, type TrackerServer, type TrackerServerOptions } from './tracker-server.ts';
import { createUdpNetwork } from './udp-network.ts';

const { signal } = new AbortController();
const INFO_HASH = new Uint8Array(20).fill(9);
const caller = createUdpCaller({ network: createUdpNetwork(), clock: systemClock, random: systemRandom });

function request(port: number, parts: Partial<AnnounceQuestion> = {}): AnnounceQuestion {
  return {
    infoHash: INFO_HASH,
    peerId: new Uint8Array(20).fill(port),
    port,
    uploadedBytes: 0,
    downloadedBytes: 0,
    leftBytes: 1,
    event: undefined,
    numWant: 50,
    key: '0',
    trackerId: undefined,
    announcedHosts: {},
    ...parts,
  };
}

async function listening(
  t: TestContext,
  options: TrackerServerOptions = {},
  host = '127.0.0.1',
): Promise<{ server: TrackerServer; port: number }> {
  const server = createTrackerServer({ random: seededRandom(1), ...options });
  const port = await server.listen(0, host);
  t.after(() => server.close());
  return { server, port };
}

async function announce(url: URL, ...parts: Parameters<typeof request>) {
  const answer = await caller.announce(url, request(...parts), signal);
  assert.ok(!isTrackerError(answer), JSON.stringify(answer));
  return answer;
}

/** A socket that sends to the tracker, and what comes back next. */
async function rawClient(t: TestContext, port: number): Promise<(message: Uint8Array) => Promise<Buffer>> {
  const socket = createSocket('udp4');
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  t.after(() => socket.close());
  return async (message) => {
    socket.send(message);
    return (await once(socket, 'message', { signal: AbortSignal.timeout(5000) }))[0];
  };
}

test('peers find each other over UDP and HTTP alike, with right counts', async (t) => {
  const { port } = await listening(t);
  const url = new URL(`udp://127.0.0.1:${port}/announce`);
  const first = await announce(url, 6001, { leftBytes: 0, event: 'started' });
  assert.deepEqual([first.peers, first.seeders, first.leechers, first.intervalMs], [[], 1, 0, 120_000]);
  const hash = '%09'.repeat(20);
  await fetch(`http://127.0.0.1:${port}/announce?info_hash=${hash}&peer_id=${'h'.repeat(20)}&port=6002&left=1`);
  const third = await announce(url, 6003);
  assert.deepEqual(third.peers.map((peer) => peer.port).sort(), [6001, 6002]);
  assert.deepEqual([third.seeders, third.leechers], [1, 2]);
  await announce(url, 6001, { leftBytes: 0, event: 'completed' });
  await announce(url, 6003, { event: 'stopped' });
  const other = new Uint8Array(20);
  const counts = await caller.scrape!(url, [INFO_HASH, other], signal);
  assert.ok(!isTrackerError(counts));
  assert.deepEqual(
    [...counts.values()],
    [
      { seeders: 1, leechers: 1, completed: 1 },
      { seeders: 0, leechers: 0, completed: 0 },
    ],
  );
});

test('on all addresses an IPv4 client is told of IPv4 peers and an IPv6 one of IPv6 peers', async (t) => {
  const { port } = await listening(t, {}, '::');
  const [v4, v6] = [new URL(`udp://127.0.0.1:${port}/announce`), new URL(`udp://[::1]:${port}/announce`)];
  await announce(v4, 6001);
  await announce(v6, 6002);
  assert.deepEqual((await announce(v4, 6003)).peers, [{ host: '127.0.0.1', port: 6001 }]);
  assert.deepEqual((await announce(v6, 6004)).peers, [{ host: '::1', port: 6002 }]);
});

test('a private client’s own word about its address is believed, and no datagram is longer than networks carry', async (t) => {
  const { port } = await listening(t);
  const url = new URL(`udp://127.0.0.1:${port}/announce`);
  for (let number = 0; number < 210; number++)
    await announce(url, 7000 + number, { announcedHosts: { v4: '10.9.8.7' } });
  const { peers } = await announce(url, 6001, { numWant: 1000, peerId: new Uint8Array(20).fill(60) });
  assert.equal(peers.length, 200);
  assert.ok(peers.every(({ host }) => host === '10.9.8.7'));
});

test('what is refused is refused in words', async (t) => {
  const { server, port } = await listening(t);
  server.admit(undefined, new Set([Buffer.from(INFO_HASH).toString('hex')]));
  const url = new URL(`udp://127.0.0.1:${port}/announce`);
  assert.deepEqual(await caller.announce(url, request(1), signal), {
    code: 'refused',
    message: 'this tracker does not serve that info hash',
  });
});

test('a connection id is good for two minutes and from one address', async (t) => {
  const clock = new FakeClock();
  const { server, port } = await listening(t, { clock });
  const ask = await rawClient(t, port);
  const id = (await ask(encodeConnect(1))).subarray(8);
  const question = encodeAnnounce(id, 2, { ...request(1), announcedHost: undefined }, new URL('udp://t/'), undefined);
  const action = async (message: Uint8Array) => parseUdpAnswer(await ask(message))!.action;
  clock.advance(119_000);
  assert.equal(await action(question), udpActions.announce);
  clock.advance(3_000);
  assert.equal(await action(question), udpActions.error);
  question[7] ^= 1;
  assert.equal(await action(question), udpActions.error);
  // What would answer a stranger with more than it sent is not answered.
  const elsewhere = createSocket('udp4').bind(0, '127.0.0.2');
  t.after(() => elsewhere.close());
  await once(elsewhere, 'listening');
  const fresh = (await ask(encodeConnect(3))).subarray(8);
  elsewhere.send(
    encodeAnnounce(fresh, 4, { ...request(1), announcedHost: undefined }, new URL('udp://t/'), undefined),
    port,
    '127.0.0.1',
  );
  const [refusal] = await once(elsewhere, 'message');
  assert.deepEqual([parseUdpAnswer(refusal)!.action, server.figures().strangers], [udpActions.error, 3]);
  assert.ok(refusal.length <= 98);
});

test('no datagram makes it fall, and what is no request is not answered', async (t) => {
  const { server, port } = await listening(t);
  const ask = await rawClient(t, port);
  const id = (await ask(encodeConnect(1))).subarray(8);
  const good = encodeAnnounce(id, 2, { ...request(1), announcedHost: undefined }, new URL('udp://t/x?y'), undefined);
  const scrape = encodeScrape(id, 3, [INFO_HASH]);
  const change = fc.record({ at: fc.nat(97), to: fc.nat(255) });
  const mutated = fc
    .tuple(fc.constantFrom(good, scrape, encodeConnect(5)), fc.array(change), fc.nat(130), fc.uint8Array())
    .map(([message, changes, length, tail]) => {
      const bytes = Buffer.concat([message, tail]).subarray(0, length);
      for (const { at, to } of changes) if (at < bytes.length) bytes[at] = to;
      return bytes;
    });
  const socket = createSocket('udp4');
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  t.after(() => socket.close());
  const datagrams = fc.sample(fc.oneof(mutated, fc.uint8Array({ maxLength: 200 })), { numRuns: 2000, seed: 7 });
  for (const [index, bytes] of datagrams.entries()) {
    socket.send(bytes);
    // The kernel's buffer is bounded: an answer says that those before it were read.
    if (index % 50 === 49) await ask(good);
  }
  const { peers, dropped, strangers } = server.figures();
  assert.ok(dropped > 200 && strangers > 20, JSON.stringify({ dropped, strangers }));
  assert.ok(peers < datagrams.length);
  assert.equal(parseUdpAnswer(await ask(good))!.action, udpActions.announce);
});
