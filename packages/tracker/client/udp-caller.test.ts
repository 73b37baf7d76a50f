// UDP trackers on a fake clock and a network that a test scripts: what is sent when, and what is believed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AddressScope, encodeCompactPeers } from '@enjambre/metainfo';
import { FakeClock, seededRandom } from '@enjambre/runtime';
import fc from 'fast-check';
import { isTrackerError, type TrackerError } from '../errors.ts';
import { parseAnnounced, parseScraped, parseUdpAnswer } from '../protocol/udp-message.ts';
import type { DatagramPathEvents, ResolvedHost } from './datagram-path.ts';
import type { AnnounceQuestion } from './tracker-caller.ts';
import { createUdpCaller } from './udp-caller.ts';

const REQUEST: AnnounceQuestion = {
  infoHash: new Uint8Array(20).fill(1),
  peerId: new Uint8Array(20).fill(2),
  port: 6881,
  uploadedBytes: 3,
  downloadedBytes: 2 ** 40,
  leftBytes: 5,
  event: 'started',
  numWant: 100,
  key: 'deadbeef',
  trackerId: undefined,
  announcedHosts: { v4: '10.9.8.7' },
};
const CONNECTION_ID = Buffer.from('c0ffee0000000001', 'hex');
const URL_OF_TRACKER = new URL('udp://tracker:6969/secret/announce?k=1');

/** Answers by `answer`, which may send nothing, several datagrams, or fail. */
type Answer = (message: Buffer, events: DatagramPathEvents) => void;

class World {
  readonly clock = new FakeClock();
  /** `HOST ACTION@seconds` of all that was sent. */
  readonly log: string[] = [];
  readonly sent: Buffer[] = [];
  open = 0;
  hosts: ResolvedHost[] = [hostAt('192.0.9.1', 'public')];
  answer: Answer = good;
  readonly aborting = new AbortController();
  readonly caller = createUdpCaller({
    clock: this.clock,
    random: seededRandom(7),
    network: {
      resolve: async () => this.hosts,
      open: ({ host }, _family, events) => {
        this.open++;
        return {
          send: (message) => {
            const bytes = Buffer.from(message);
            this.sent.push(bytes);
            this.log.push(`${host} ${bytes.readUInt32BE(8)}@${this.clock.now() / 1000}`);
            this.answer(bytes, events);
          },
          close: () => void this.open--,
        };
      },
    },
  });

  announce(url = URL_OF_TRACKER) {
    return this.#finished(this.caller.announce(url, REQUEST, this.aborting.signal));
  }

  scrape(infoHashes: readonly Uint8Array[]) {
    return this.#finished(this.caller.scrape(URL_OF_TRACKER, infoHashes, this.aborting.signal));
  }

  /** Moves the time until it is answered. */
  async #finished<T>(outcome: Promise<T>): Promise<T> {
    let isDone = false;
    void outcome.finally(() => {
      isDone = true;
    });
    for (await settled(); !isDone; await settled()) assert.ok(this.clock.step(this.clock.now() + 3_600_000), 'stuck');
    assert.equal(this.open, 0, 'every socket is closed');
    return outcome;
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const hostAt = (host: string, scope: AddressScope, family: 4 | 6 = 4): ResolvedHost => ({ host, family, scope });

function header(action: number, message: Buffer): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(action, 0);
  message.copy(bytes, 4, 12, 16);
  return bytes;
}

const PEERS = [
  { host: '10.0.0.1', port: 9 },
  { host: '10.0.0.2', port: 10 },
];

function good(message: Buffer, { message: answer }: DatagramPathEvents): void {
  const action = message.readUInt32BE(8);
  if (action === 0) return answer(Buffer.concat([header(0, message), CONNECTION_ID]));
  const figures = Buffer.from([0, 0, 7, 8, 0, 0, 0, 3, 0, 0, 0, 4]);
  if (action === 1) answer(Buffer.concat([header(1, message), figures, encodeCompactPeers(PEERS).v4]));
  else answer(Buffer.concat([header(2, message), figures]));
}

const codeOf = (outcome: object): string | undefined => (isTrackerError(outcome) ? outcome.code : undefined);

test('a connection id is had first, then the announce says everything that BEP 15 and 41 want', async () => {
  const world = new World();
  const answer = await world.announce();
  assert.deepEqual(world.log, ['192.0.9.1 0@0', '192.0.9.1 1@0']);
  const [connect, announce] = world.sent;
  assert.equal(connect.toString('hex', 0, 12), '000004172710198000000000');
  assert.equal(connect.length, 16);
  assert.deepEqual(announce.subarray(0, 8), CONNECTION_ID);
  assert.deepEqual([announce.readBigUInt64BE(56), announce.readBigUInt64BE(64)], [2n ** 40n, 5n]);
  assert.deepEqual([announce.readBigUInt64BE(72), announce.readUInt32BE(80)], [3n, 2]);
  assert.equal(announce.toString('hex', 84, 98), '0a090807deadbeef000000641ae1');
  const path = '/secret/announce?k=1';
  assert.deepEqual(announce.subarray(98), Buffer.from(`\x02${String.fromCharCode(path.length)}${path}\x00`, 'latin1'));
  assert.ok(!isTrackerError(answer));
  assert.deepEqual(answer.peers, PEERS);
  assert.deepEqual([answer.intervalMs, answer.leechers, answer.seeders], [0x0708 * 1000, 3, 4]);
});

test('a silent tracker is asked twice, after 15 and 30 seconds, then it has timed out', async () => {
  const world = new World();
  world.answer = () => {};
  assert.deepEqual(await world.announce(), { code: 'timeout', message: 'timed out: no answer within 30 s' });
  assert.deepEqual(world.log, ['192.0.9.1 0@0', '192.0.9.1 0@15']);
  assert.equal(world.clock.now(), 45_000);
});

test('a lost announce is sent again with the same connection id', async () => {
  const world = new World();
  let lost = 0;
  world.answer = (message, events) => {
    if (message.readUInt32BE(8) === 1 && lost++ === 0) return;
    good(message, events);
  };
  assert.equal(codeOf(await world.announce()), undefined);
  assert.deepEqual(world.log, ['192.0.9.1 0@0', '192.0.9.1 1@0', '192.0.9.1 1@15']);
});

test('answers to another question, of another kind or too short to tell are not heard', async () => {
  const world = new World();
  world.answer = (message, events) => {
    const foreign = Buffer.from(message);
    foreign.writeUInt32BE(message.readUInt32BE(12) ^ 1, 12);
    good(foreign, events);
    events.message(Buffer.concat([header(2, message), CONNECTION_ID]));
    events.message(Buffer.alloc(3));
    events.message(Buffer.alloc(0));
  };
  assert.equal(codeOf(await world.announce()), 'timeout');
});

test('a refusal is told in the tracker’s words, control characters apart', async () => {
  const world = new World();
  world.answer = (message, events) => {
    if (message.readUInt32BE(8) === 0) return good(message, events);
    events.message(Buffer.concat([header(3, message), Buffer.from('go\u001b[31m away')]));
  };
  assert.deepEqual(await world.announce(), { code: 'refused', message: 'go [31m away' });
});

test('nobody there is known at once, and the next address of the name is tried', async () => {
  const world = new World();
  world.hosts = [hostAt('192.0.9.1', 'public'), hostAt('192.0.9.2', 'public')];
  world.answer = (message, events) => {
    if (world.log.at(-1)?.startsWith('192.0.9.1'))
      events.failed({ code: 'unreachable', message: 'connection refused' });
    else good(message, events);
  };
  assert.equal(codeOf(await world.announce()), undefined);
  assert.deepEqual(world.log, ['192.0.9.1 0@0', '192.0.9.2 0@0', '192.0.9.2 1@0']);
});

test('a tracker that has IPv6 too is told over both, our IPv4 address over IPv4 alone', async () => {
  const world = new World();
  world.hosts = [hostAt('2001:db8::1', 'public', 6), hostAt('192.0.9.2', 'public')];
  assert.equal(codeOf(await world.announce()), undefined);
  assert.deepEqual(world.log.toSorted(), ['192.0.9.2 0@0', '192.0.9.2 1@0', '2001:db8::1 0@0', '2001:db8::1 1@0']);
  const announces = world.sent.filter((message) => message.readUInt32BE(8) === 1);
  assert.deepEqual(announces.map((message) => message.toString('hex', 84, 88)).sort(), ['00000000', '0a090807']);
});

test('a network that swallows IPv6 holds an answer up for a second', async () => {
  const world = new World();
  world.hosts = [hostAt('2001:db8::1', 'public', 6), hostAt('192.0.9.2', 'public')];
  world.answer = (message, events) => {
    if (!world.log.at(-1)?.startsWith('2001')) good(message, events);
  };
  const answer = world.caller.announce(URL_OF_TRACKER, REQUEST, world.aborting.signal);
  await settled();
  world.clock.advance(999);
  assert.equal(await Promise.race([answer, settled()]), undefined);
  world.clock.advance(1);
  assert.equal(codeOf(await answer), undefined);
  assert.equal(world.open, 1, 'the other may still hear of us');
  world.aborting.abort();
  await settled();
  assert.equal(world.open, 0);
});

test('a private address is asked only at a path ending in /announce', async () => {
  const world = new World();
  world.hosts = [hostAt('10.0.0.1', 'private')];
  assert.equal(codeOf(await world.announce(new URL('udp://tracker:6969'))), 'address-refused');
  assert.equal(codeOf(await world.announce(new URL('udp://tracker:53/dns'))), 'address-refused');
  assert.deepEqual(world.log, []);
  assert.equal(codeOf(await world.announce(new URL('udp://tracker:6969/announce'))), undefined);
});

test('a URL without a port is named as what it is', async () => {
  assert.equal(codeOf(await new World().announce(new URL('udp://tracker/announce'))), 'bad-url');
});

test('giving up ends an exchange at once', async () => {
  const world = new World();
  world.answer = () => world.aborting.abort();
  assert.equal(codeOf(await world.announce()), 'aborted');
  assert.equal(world.clock.now(), 0);
  assert.equal(codeOf(await world.announce()), 'aborted');
  assert.equal(world.log.length, 1);
});

test('a scrape tells the counts by info hash, and asks for no more than fit into a datagram', async () => {
  const world = new World();
  const counts = await world.scrape([REQUEST.infoHash]);
  assert.ok(!isTrackerError(counts));
  assert.deepEqual([...counts], [['01'.repeat(20), { seeders: 0x0708, completed: 3, leechers: 4 }]]);
  assert.equal(codeOf(await world.scrape(Array.from({ length: 100 }, () => REQUEST.infoHash))), 'malformed');
  assert.equal(world.sent.at(-1)?.length, 16 + 74 * 20);
});

test('no answer, however broken, makes a reader throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom<4 | 6>(4, 6), (bytes, family) => {
      const answer = parseUdpAnswer(bytes);
      const body = answer?.body ?? Buffer.from(bytes);
      for (const outcome of [parseAnnounced(body, family), parseScraped(body, [REQUEST.infoHash])]) {
        assert.ok(typeof (outcome as TrackerError) === 'object');
      }
    }),
  );
});
