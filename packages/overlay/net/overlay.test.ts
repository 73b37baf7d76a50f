// Members on real sockets of this machine.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { PeerAddress } from '@enjambre/metainfo';
import { type Logger, silentLogger, systemClock, systemRandom } from '@enjambre/runtime';
import { Overlay } from '../overlay.ts';
import { type KeyRing, openKeyRing, parseKeyRing } from '../sealing/key-ring.ts';
import type { Transport } from './transport.ts';
import { createTransport } from './udp-tcp-transport.ts';

const HOST = '127.0.0.1';
const HASH = 'ab'.repeat(20);
const PORT = 7001;

interface Member {
  readonly overlay: Overlay;
  readonly address: PeerAddress;
  stop(): Promise<void>;
}

interface MemberOptions {
  readonly keyRing?: KeyRing;
  readonly bootstraps?: readonly Member[];
  readonly store?: { load(): readonly PeerAddress[]; save(contacts: readonly PeerAddress[]): void };
  readonly port?: number;
}

async function transport(t: TestContext, keyRing: KeyRing = openKeyRing, logger: Logger = silentLogger) {
  const made = await createTransport({
    ...{ port: 0, host: HOST, keyRing, clock: systemClock, random: systemRandom, logger },
  });
  t.after(() => made.close());
  return made;
}

async function member(t: TestContext, { keyRing = openKeyRing, bootstraps = [], store, port = 0 }: MemberOptions = {}) {
  const world = { clock: systemClock, random: systemRandom, logger: silentLogger };
  const bound: Transport = await createTransport({ ...world, port, host: HOST, keyRing });
  const overlay = new Overlay({
    ...{ ...world, transport: bound, store },
    bootstraps: bootstraps.map(({ address }) => address),
  });
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= overlay.stop());
  t.after(stop);
  overlay.start();
  return { overlay, stop, address: { host: HOST, port: bound.port } };
}

/** Resolves once the member hears of a provider at that port. */
function hears(one: Member, port: number, infoHash = HASH): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!one.overlay.providers(infoHash).some(({ address }) => address.port === port)) return;
      unwatch();
      resolve();
    };
    const unwatch = one.overlay.watch(infoHash, look);
    look();
  });
}

async function holds(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

test('members that each know only the one before find each other and what they provide', async (t) => {
  const keyRing = parseKeyRing('5a'.repeat(32));
  const first = await member(t, { keyRing });
  first.overlay.provide(HASH, { port: PORT, completeness: 100 });
  const second = await member(t, { keyRing, bootstraps: [first] });
  const third = await member(t, { keyRing, bootstraps: [second] });
  third.overlay.provide(HASH, { port: PORT + 2, completeness: 0 });
  await Promise.all([hears(third, PORT), hears(first, PORT + 2), hears(second, PORT + 2)]);
  await holds(() => third.overlay.providers(HASH)[0].completeness === 100);
  assert.deepEqual(third.overlay.providers(HASH), [{ address: { host: HOST, port: PORT }, completeness: 100 }]);
  first.overlay.withdraw(HASH);
  await holds(() => third.overlay.providers(HASH).length === 0);
  await third.stop();
  await holds(() => first.overlay.memberCount === 1);
});

test('a member that comes back finds the others although its bootstrap is gone', async (t) => {
  let kept: readonly PeerAddress[] = [];
  const store = {
    load: () => kept,
    save(contacts: readonly PeerAddress[]) {
      kept = contacts;
    },
  };
  const bootstrap = await member(t);
  const other = await member(t, { bootstraps: [bootstrap] });
  other.overlay.provide(HASH, { port: PORT, completeness: 100 });
  const one = await member(t, { bootstraps: [bootstrap], store });
  await hears(one, PORT);
  await one.stop();
  await bootstrap.stop();
  assert.ok(kept.some(({ port }) => port === other.address.port));
  const again = await member(t, { bootstraps: [bootstrap], store });
  await hears(again, PORT);
});

test('a member that was killed and starts again on its port takes the place of the one before', async (t) => {
  const first = await member(t);
  const second = await member(t, { bootstraps: [first] });
  second.overlay.provide(HASH, { port: PORT, completeness: 10 });
  await hears(first, PORT);
  // As good as killed: its port is free, and nobody was told.
  const { port } = second.address;
  await second.stop();
  const again = await member(t, { bootstraps: [first], port });
  again.overlay.provide(HASH, { port: PORT + 1, completeness: 20 });
  await hears(first, PORT + 1);
  assert.equal(first.overlay.providers(HASH).length, 1);
});

test('a stranger is not answered, by datagram or stream, and members of another key are strangers', async (t) => {
  const secret = parseKeyRing('5a'.repeat(32));
  const ours = await member(t, { keyRing: secret });
  const stranger = await transport(t, parseKeyRing('5b'.repeat(32)));
  const answer = await new Promise((resolve) => stranger.ask(Buffer.from('let me in'), ours.address, resolve));
  assert.equal(answer, undefined);
  const raw = connect(ours.address);
  let heard = 0;
  raw.on('error', () => {}).on('data', (bytes) => (heard += bytes.length));
  raw.end(Buffer.concat([Buffer.of(0, 200), Buffer.alloc(200, 1)]));
  await once(raw, 'close');
  assert.equal(heard, 0);
  let datagrams = 0;
  stranger.receive({ datagram: () => datagrams++, question: () => undefined });
  stranger.send(Buffer.alloc(100), ours.address);
  // A friend's question that came later is answered: what the stranger sent was looked at before.
  const friend = await member(t, { keyRing: secret, bootstraps: [ours] });
  await holds(() => friend.overlay.memberCount === 1);
  assert.equal(datagrams, 0);
  assert.equal(ours.overlay.memberCount, 1);
});

test('a question of a hundred thousand bytes gets an answer of a million', async (t) => {
  const keyRing = parseKeyRing('5a'.repeat(32));
  const [one, other] = [await transport(t, keyRing), await transport(t, keyRing)];
  const long = Buffer.alloc(1_000_000, 'overlay');
  other.receive({ datagram() {}, question: (asked) => (asked.length === 100_000 ? long : undefined) });
  const answer = await new Promise<Uint8Array | undefined>((resolve) =>
    one.ask(Buffer.alloc(100_000), { host: HOST, port: other.port }, resolve),
  );
  assert.ok(answer !== undefined && long.equals(answer));
});

test('without a key nobody beyond private addresses is spoken to', async (t) => {
  const one = await transport(t);
  const answer = await new Promise((resolve) => one.ask(Buffer.from('x'), { host: '192.0.2.1', port: 9 }, resolve));
  assert.equal(answer, undefined);
});

test('a port that is taken says so, and leaves nothing behind', async (t) => {
  const one = await transport(t);
  const again = createTransport({
    ...{ port: one.port, host: HOST, keyRing: openKeyRing },
    ...{ clock: systemClock, random: systemRandom, logger: silentLogger },
  });
  await assert.rejects(again, { code: 'EADDRINUSE' });
});
