// The UDP caller over real sockets, against a tracker that a test scripts.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { systemClock, systemRandom } from '@enjambre/runtime';
import { createUdpCaller } from '../client/udp-caller.ts';
import { isTrackerError } from '../errors.ts';
import { createUdpNetwork } from './udp-network.ts';

const REQUEST = {
  infoHash: new Uint8Array(20).fill(1),
  peerId: new Uint8Array(20).fill(2),
  port: 6881,
  uploadedBytes: 0,
  downloadedBytes: 0,
  leftBytes: 1,
  event: undefined,
  numWant: 50,
  key: '01020304',
  trackerId: undefined,
  announcedHosts: {},
};
const { signal } = new AbortController();

/** Answers as a tracker does that knows one peer; tells where it was asked from. */
async function tracker(t: TestContext, host: string): Promise<{ port: number; askedFrom: Set<string> }> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.bind(0, host);
  await once(socket, 'listening');
  t.after(() => socket.close());
  const askedFrom = new Set<string>();
  const stranger = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  t.after(() => stranger.close());
  socket.on('message', (message, from) => {
    askedFrom.add(from.address);
    const answer = Buffer.alloc(16);
    message.copy(answer, 0, 8, 16);
    if (message.readUInt32BE(8) === 0) {
      // Somebody else who even knows the number: not believed.
      const forged = Buffer.concat([answer.subarray(0, 8), Buffer.from('forged!!')]);
      stranger.send(forged, from.port, from.address, () => socket.send(answer, from.port, from.address));
      return;
    }
    assert.notEqual(message.toString('latin1', 0, 8), 'forged!!');
    if (message.readUInt32BE(8) === 2) {
      const counts = Buffer.from('000000050000000700000006', 'hex');
      return socket.send(Buffer.concat([answer.subarray(0, 8), counts]), from.port, from.address);
    }
    const peer = host.includes(':') ? `${'00'.repeat(15)}011ae1` : '7f0000011ae1';
    const figures = Buffer.from(`000000780000000000000001${peer}`, 'hex');
    socket.send(Buffer.concat([answer.subarray(0, 8), figures]), from.port, from.address);
  });
  return { port: socket.address().port, askedFrom };
}

function caller(localAddress?: string) {
  const network = createUdpNetwork({ localAddress });
  return createUdpCaller({ network, clock: systemClock, random: systemRandom });
}

test('a tracker is asked over IPv4 and IPv6, from the address that peers shall see', async (t) => {
  for (const [host, peer] of [
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '::1'],
  ]) {
    const { port, askedFrom } = await tracker(t, host);
    const url = new URL(`udp://${host.includes(':') ? `[${host}]` : host}:${port}/announce`);
    const from = host === '::1' ? undefined : '127.0.0.9';
    const answer = await caller(from).announce(url, REQUEST, signal);
    assert.ok(!isTrackerError(answer), JSON.stringify(answer));
    assert.deepEqual(answer.peers, [{ host: peer, port: 6881 }]);
    assert.deepEqual([...askedFrom], [from ?? '::1']);
  }
});

test('a scrape brings the counts (BEP 48, over UDP)', async (t) => {
  const { port } = await tracker(t, '127.0.0.1');
  const counts = await caller().scrape(new URL(`udp://127.0.0.1:${port}/announce`), [REQUEST.infoHash], signal);
  assert.ok(!isTrackerError(counts), JSON.stringify(counts));
  assert.deepEqual([...counts], [['01'.repeat(20), { seeders: 5, leechers: 6, completed: 7 }]]);
});

test('where nobody listens, that is known at once', async () => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  const outcome = await caller().announce(new URL(`udp://127.0.0.1:${port}/announce`), REQUEST, signal);
  assert.deepEqual(outcome, { code: 'unreachable', message: 'connection refused' });
});

test('an address that cannot be sent from is a failure, not a crash', async (t) => {
  const { port } = await tracker(t, '127.0.0.1');
  const outcome = await caller('192.0.2.1').announce(new URL(`udp://127.0.0.1:${port}/announce`), REQUEST, signal);
  assert.ok(isTrackerError(outcome));
  assert.equal(outcome.code, 'unreachable');
});
