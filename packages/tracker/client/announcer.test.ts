// The announcer's decisions on a fake clock: whom it asks, what it says, when it asks again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BencodeInput, encodeBencode, type PeerAddress } from '@enjambre/metainfo';
import { FakeClock, seededRandom, silentLogger } from '@enjambre/runtime';
import type { TrackerError } from '../errors.ts';
import { Announcer } from './announcer.ts';
import { createHttpCaller } from './http-caller.ts';
import type { HttpAnswer, HttpRequest } from './http-get.ts';

type Behaviour = BencodeInput | TrackerError | 'hang';

const DEAD: TrackerError = { code: 'unreachable', message: 'connection refused' };
const GOOD = {
  interval: 1000,
  'min interval': 100,
  complete: 1,
  incomplete: 2,
  peers: Uint8Array.of(10, 0, 0, 1, 0, 9),
};

/** Trackers `http://NAME/announce` that behave as `behaviours` says at the moment; `log` holds `NAME event@seconds`. */
class World {
  readonly clock = new FakeClock();
  readonly behaviours: Record<string, Behaviour> = {};
  readonly log: string[] = [];
  readonly urls: URL[] = [];
  readonly found: PeerAddress[] = [];
  left = 100;
  readonly announcer: Announcer;

  constructor(tiers: string[][], { allTiers = false, seed = 1 } = {}) {
    this.announcer = new Announcer({
      tiers: tiers.map((tier) => tier.map((name) => (name.includes(':') ? name : `http://${name}/announce`))),
      allTiers,
      infoHash: new Uint8Array(20),
      peerId: new Uint8Array(20),
      port: 6881,
      progress: () => ({ uploadedBytes: 0, downloadedBytes: 0, leftBytes: this.left }),
      onPeers: (peers) => this.found.push(...peers),
      clock: this.clock,
      random: seededRandom(seed),
      callers: { 'http:': createHttpCaller((request) => this.#answer(request), this.clock) },
      logger: silentLogger,
    });
  }

  /** Moves the time, letting answers arrive in between. */
  async pass(seconds: number): Promise<void> {
    const until = this.clock.now() + seconds * 1000;
    do await settled();
    while (this.clock.step(until));
    this.clock.advance(until - this.clock.now());
    await settled();
  }

  /** What was asked since the last call. */
  taken(): string[] {
    return this.log.splice(0);
  }

  #answer({ url, family, signal }: HttpRequest): Promise<HttpAnswer | TrackerError> {
    if (family === 6) return Promise.resolve({ code: 'no-address', message: 'no such host' });
    this.urls.push(url);
    const event = url.searchParams.get('event') ?? 'regular';
    this.log.push(`${url.host} ${event}@${Math.round(this.clock.now() / 1000)}`);
    const behaviour = this.behaviours[url.host] ?? GOOD;
    if (behaviour === 'hang') {
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve({ code: 'aborted', message: 'given up' }));
      });
    }
    if (isError(behaviour)) return Promise.resolve(behaviour);
    const body = encodeBencode(behaviour);
    return Promise.resolve({ status: 200, location: undefined, retryAfterMs: undefined, body, scope: 'public' });
  }
}

function isError(behaviour: object | string | number | bigint): behaviour is TrackerError {
  return typeof behaviour === 'object' && 'code' in behaviour;
}

/** All promises that need no timer have run. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('started first, then regularly when the tracker wants it', async () => {
  const world = new World([['a']]);
  world.announcer.start();
  await world.pass(2500);
  assert.deepEqual(world.taken(), ['a started@0', 'a regular@1000', 'a regular@2000']);
  assert.deepEqual(world.found[0], { host: '10.0.0.1', port: 9 });
  const [view] = world.announcer.trackers;
  assert.deepEqual(view, {
    url: 'http://a/announce',
    tier: 0,
    state: 'working',
    lastAnswer: '1 peer',
    nextAnnounceAt: world.clock.wallTime() + 500_000,
    seeders: 1,
    leechers: 2,
    peersReceived: 3,
    completed: undefined,
    lastScrape: '',
    externalIps: [],
  });
});

test('a dead tier is walked through to the next, and the dead are tried again when their time comes', async () => {
  const world = new World([['a', 'b'], ['c']]);
  Object.assign(world.behaviours, { a: DEAD, b: DEAD });
  world.announcer.start();
  await world.pass(0);
  const first = world.taken();
  assert.deepEqual(first.slice(0, 2).sort(), ['a started@0', 'b started@0']);
  assert.equal(first[2], 'c started@0');
  world.behaviours.b = GOOD;
  await world.pass(1000);
  const second = world.taken();
  assert.equal(second.at(-1), 'b started@1000');
  assert.ok(!second.includes('c regular@1000'));
  world.behaviours.a = GOOD;
  await world.pass(1000);
  assert.deepEqual(world.taken(), ['b regular@2000'], 'the one that worked stands first in its tier');
});

test('when all are dead it retries with growing patience until one lives', async () => {
  const world = new World([['a']]);
  world.behaviours.a = DEAD;
  world.announcer.start();
  await world.pass(3 * 3600);
  const times = world.taken().map((line) => Number(line.split('@')[1]));
  const gaps = times.slice(1).map((time, index) => time - times[index]);
  assert.ok(gaps[0] >= 5 && gaps[0] <= 8, String(gaps));
  for (let index = 1; index < 8; index++) assert.ok(gaps[index] > gaps[index - 1], String(gaps));
  assert.ok(
    gaps.slice(9).every((gap) => gap >= 1199 && gap <= 1801),
    String(gaps),
  );
  assert.equal(world.announcer.trackers[0].lastAnswer, 'connection refused');
  assert.equal(world.announcer.trackers[0].state, 'failing');
  world.behaviours.a = GOOD;
  await world.pass(1801);
  assert.match(world.taken()[0], /^a started/);
  assert.equal(world.announcer.trackers[0].state, 'working');
});

test('one that dies mid-way is replaced and comes back without a second started', async () => {
  const world = new World([['a'], ['b']]);
  world.announcer.start();
  await world.pass(1);
  world.behaviours.a = DEAD;
  await world.pass(1000);
  assert.deepEqual(world.taken(), ['a started@0', 'a regular@1000', 'b started@1000']);
  world.behaviours.a = GOOD;
  await world.pass(1000);
  assert.deepEqual(world.taken(), ['a regular@2000']);
});

test('intervals are kept within bounds', async () => {
  const world = new World([['a']]);
  world.behaviours.a = { interval: 0, peers: '' };
  world.announcer.start();
  await world.pass(35);
  assert.deepEqual(world.taken(), ['a started@0', 'a regular@10', 'a regular@20', 'a regular@30']);
  world.behaviours.a = { interval: 10 ** 12, peers: '' };
  await world.pass(10);
  world.taken();
  await world.pass(3700);
  assert.deepEqual(world.taken(), ['a regular@3640']);
});

test('more peers are asked for early, but never before the minimum interval', async () => {
  const world = new World([['a']]);
  world.announcer.start();
  await world.pass(20);
  world.announcer.needPeers();
  world.announcer.needPeers();
  await world.pass(400);
  assert.deepEqual(world.taken(), ['a started@0', 'a regular@100']);
  world.announcer.needPeers();
  await world.pass(1);
  assert.deepEqual(world.taken(), ['a regular@420']);
});

test('completed is said at once, and again later when it did not get through', async () => {
  const world = new World([['a']]);
  world.announcer.start();
  await world.pass(20);
  world.left = 0;
  world.behaviours.a = DEAD;
  world.announcer.completed();
  await world.pass(1);
  assert.deepEqual(world.taken(), ['a started@0', 'a completed@20']);
  world.behaviours.a = GOOD;
  await world.pass(10);
  assert.match(world.taken().join(), /^a completed@2\d$/);
  await world.pass(1000);
  assert.match(world.taken().join(), /^a regular@\d+$/);
});

test('completed while started is still under way is said right after it', async () => {
  const world = new World([['a']]);
  world.announcer.start();
  world.announcer.completed();
  await world.pass(1);
  assert.deepEqual(world.taken(), ['a started@0', 'a completed@0']);
});

test('one that was complete from the start never says completed', async () => {
  const world = new World([['a']]);
  world.left = 0;
  world.announcer.start();
  await world.pass(1);
  world.announcer.completed();
  await world.pass(1);
  assert.deepEqual(world.taken(), ['a started@0']);
});

test('stopped goes to those that were told started, and to no others', async () => {
  const world = new World([['a'], ['b'], ['c']]);
  world.behaviours.a = DEAD;
  world.announcer.start();
  await world.pass(1);
  world.taken();
  await world.announcer.stop(1000);
  assert.deepEqual(world.taken(), ['b stopped@1']);
  assert.equal(world.urls.at(-1)?.searchParams.get('numwant'), '0');
  await world.pass(5000);
  assert.deepEqual(world.taken(), [], 'nothing is said after stopped');
});

test('stop resolves within its deadline though the trackers hang', async () => {
  const world = new World([['a'], ['b']]);
  world.behaviours.b = 'hang';
  world.announcer.start();
  await world.pass(1);
  world.behaviours.a = 'hang';
  await world.pass(1000);
  let stopped = false;
  const stop = world.announcer.stop(2000).then(() => {
    stopped = true;
  });
  await world.pass(1);
  assert.equal(stopped, false);
  await world.pass(1);
  assert.equal(stopped, true);
  await stop;
});

test('stop before start, or with all trackers dead, resolves at once', async () => {
  const world = new World([['a']]);
  world.behaviours.a = DEAD;
  world.announcer.start();
  await world.pass(1);
  await world.announcer.stop(1000);
  await new World([]).announcer.stop(1000);
  assert.deepEqual(world.taken(), ['a started@0']);
});

test('schemes that are not there yet and texts that are no URLs say so, the others go on', async () => {
  const world = new World([['udp://u:6969/announce', 'wss://w', 'junk: '], ['a']]);
  world.announcer.start();
  await world.pass(1);
  assert.deepEqual(world.taken(), ['a started@0']);
  const words = world.announcer.trackers.map(({ state, lastAnswer }) => `${state}: ${lastAnswer}`);
  assert.deepEqual(words.slice(0, 2), [
    'unsupported: udp trackers are not supported',
    'unsupported: wss trackers are not supported',
  ]);
  assert.equal(words[3], 'working: 1 peer');
});

test('with no tracker that can be asked nothing happens, quietly', async () => {
  const world = new World([['udp://u:6969'], []]);
  world.announcer.start();
  world.announcer.needPeers();
  world.announcer.completed();
  await world.pass(10_000);
  assert.deepEqual(world.taken(), []);
});

test('a refusal is shown in the tracker’s words, its wish for peace is respected', async () => {
  const world = new World([['a'], ['b']]);
  world.behaviours.a = { 'failure reason': 'not registered', 'retry in': '60' };
  world.behaviours.b = { 'failure reason': 'closed', 'retry in': 'never' };
  world.announcer.start();
  await world.pass(3599);
  assert.deepEqual(world.taken(), ['a started@0', 'b started@0']);
  assert.equal(world.announcer.trackers[0].lastAnswer, 'not registered');
  await world.pass(2);
  assert.deepEqual(world.taken(), ['a started@3600']);
  await world.pass(100_000);
  assert.ok(world.taken().every((line) => line.startsWith('a')));
  assert.equal(world.announcer.trackers[1].nextAnnounceAt, undefined);
});

test('a tracker’s id is echoed, its warning shown, our key stays the same', async () => {
  const world = new World([['a']]);
  world.behaviours.a = { ...GOOD, 'tracker id': Uint8Array.of(0xfe), 'warning message': 'slow down' };
  world.announcer.start();
  await world.pass(1);
  world.behaviours.a = GOOD;
  await world.pass(2000);
  assert.deepEqual(
    world.urls.map((url) => /trackerid=([^&]*)/.exec(url.search)?.[1]),
    [undefined, '%FE', '%FE'],
  );
  assert.equal(new Set(world.urls.map((url) => url.searchParams.get('key'))).size, 1);
  const other = new World([['a']]);
  other.behaviours.a = { ...GOOD, 'warning message': 'slow down' };
  other.announcer.start();
  await other.pass(1);
  assert.equal(other.announcer.trackers[0].lastAnswer, '1 peer, warning: slow down');
});

test('a URL that stands twice is one tracker, and a list without end is cut', async () => {
  const twice = new World([
    ['a', 'a'],
    ['b', 'a'],
  ]);
  assert.deepEqual(
    twice.announcer.trackers.map(({ url, tier }) => `${tier} ${url}`),
    ['0 http://a/announce', '1 http://b/announce'],
  );
  const endless = new World([Array.from({ length: 5000 }, (_, index) => `t${index}`)]);
  assert.equal(endless.announcer.trackers.length, 100);
});

test('with all tiers wanted, one tracker of each is kept informed on its own', async () => {
  const world = new World([['a'], ['b', 'c']], { allTiers: true });
  Object.assign(world.behaviours, { b: DEAD, c: DEAD, a: { ...GOOD, interval: 500 } });
  world.announcer.start();
  await world.pass(0);
  assert.deepEqual(world.taken().sort(), ['a started@0', 'b started@0', 'c started@0']);
  Object.assign(world.behaviours, { b: GOOD });
  await world.pass(999);
  const later = world.taken();
  assert.deepEqual(
    later.filter((line) => line.startsWith('a')),
    ['a regular@500'],
  );
  assert.match(later.join(), /b started@/);
  await world.announcer.stop(1000);
  assert.deepEqual(world.taken().sort(), ['a stopped@999', 'b stopped@999']);
});

test('a tracker may be added and taken out while it runs, and hears of both', async () => {
  const world = new World([['a']]);
  world.behaviours.a = DEAD;
  world.announcer.start();
  await world.pass(1);
  assert.equal(world.announcer.add('http://b/announce', 1), true);
  assert.equal(world.announcer.add('http://b/announce', 0), false, 'it is there');
  await world.pass(1);
  assert.deepEqual(world.taken(), ['a started@0', 'b started@1']);
  assert.deepEqual(
    world.announcer.trackers.map(({ url, tier }) => `${tier} ${url}`),
    ['0 http://a/announce', '1 http://b/announce'],
  );
  world.behaviours.a = GOOD;
  assert.equal(world.announcer.remove('http://b/announce'), true);
  assert.equal(world.announcer.remove('http://b/announce'), false, 'it is gone');
  await world.pass(10);
  const heard = world.taken();
  assert.equal(heard[0], 'b stopped@2');
  assert.match(heard[1], /^a started@/, 'the one that is left is asked as soon as its back-off allows');
  await world.pass(5000);
  assert.ok(world.taken().every((line) => line.startsWith('a ')));
});

test('the last one taken out leaves nothing to do, and one added later begins anew', async () => {
  const world = new World([['a']]);
  world.announcer.start();
  await world.pass(1);
  world.announcer.remove('http://a/announce');
  await world.pass(5000);
  assert.deepEqual(world.taken(), ['a started@0', 'a stopped@1']);
  world.announcer.add('http://b/announce', 0);
  await world.pass(1);
  assert.deepEqual(world.taken(), ['b started@5001']);
});

test('while there is no network here a tracker is tried every 45 seconds at most, as it hears nothing of it', async () => {
  const offline: TrackerError = { code: 'unreachable', message: 'no route to the network', isOffline: true };
  const world = new World([['a']]);
  world.behaviours.a = offline;
  world.announcer.start();
  await world.pass(8 * 3600);
  world.behaviours.a = GOOD;
  world.taken();
  await world.pass(46);
  assert.equal(world.taken().length, 1);
  assert.equal(world.announcer.trackers[0].state, 'working');
});

test('a person’s wish goes before back-off and regular intervals, not before a minimum or a tracker’s never', async () => {
  const world = new World([['a'], ['b']]);
  Object.assign(world.behaviours, { a: { 'failure reason': 'closed', 'retry in': 'never' } });
  world.announcer.start();
  await world.pass(1);
  assert.deepEqual(world.taken(), ['a started@0', 'b started@0']);
  assert.equal(world.announcer.reannounce(), 99_000, 'b wants a hundred seconds between two');
  await world.pass(99);
  assert.deepEqual(world.taken(), []);
  assert.equal(world.announcer.reannounce(), 0);
  await world.pass(1);
  assert.deepEqual(world.taken(), ['b regular@100']);
  const failed = new World([['a']]);
  failed.behaviours.a = DEAD;
  failed.announcer.start();
  await failed.pass(3600);
  assert.ok(failed.announcer.reannounce() === 0 || failed.announcer.reannounce() <= 10_000);
  await failed.pass(11);
  failed.taken();
  assert.equal(failed.announcer.reannounce(), 0, 'ten seconds after the last try its back-off does not count');
  await failed.pass(0);
  assert.deepEqual(failed.taken(), ['a started@3611']);
  assert.equal(failed.announcer.reannounce(), 10_000, 'a dead tracker is not hammered either');
  const never = new World([['junk: ']]);
  never.announcer.start();
  assert.equal(never.announcer.reannounce(), Number.POSITIVE_INFINITY);
});

test('one added to a tier is asked in its turn, with all tiers wanted in the walk of its tier', async () => {
  const world = new World([['a'], ['c']]);
  world.announcer.start();
  await world.pass(1);
  world.announcer.add('http://b/announce', 0);
  await world.pass(1);
  assert.deepEqual(world.taken(), ['a started@0'], 'one that works is enough');
  assert.deepEqual(
    world.announcer.trackers.map(({ url, tier }) => `${tier} ${url}`),
    ['0 http://a/announce', '0 http://b/announce', '1 http://c/announce'],
  );
  world.behaviours.a = DEAD;
  await world.pass(999);
  assert.deepEqual(world.taken(), ['a regular@1000', 'b started@1000']);
  const all = new World([['a'], ['c']], { allTiers: true });
  all.announcer.start();
  await all.pass(1);
  all.announcer.add('http://b/announce', 1);
  all.announcer.add('http://d/announce', 7);
  await all.pass(1);
  assert.deepEqual(all.taken().sort(), ['a started@0', 'c started@0', 'd started@1']);
});

test('a scrape brings the counts without an announce', async () => {
  const world = new World([['a']]);
  const files = { [Buffer.alloc(20).toString('latin1')]: { complete: 5, incomplete: 6, downloaded: 7 } };
  world.behaviours.a = { files };
  await world.announcer.scrape();
  const [{ seeders, leechers, completed, state, lastScrape }] = world.announcer.trackers;
  assert.deepEqual([seeders, leechers, completed, state], [5, 6, 7, 'idle']);
  assert.equal(lastScrape, '5 seeding, 6 leeching, 7 completed');
  assert.equal(world.urls[0].pathname, '/scrape');
  world.behaviours.a = { files: {} };
  await world.announcer.scrape();
  assert.equal(world.announcer.trackers[0].lastScrape, 'it does not know this torrent');
  world.behaviours.a = DEAD;
  await world.announcer.scrape();
  assert.equal(world.announcer.trackers[0].lastScrape, 'connection refused');
});

test('a tracker that never answered holds a stop up for a second at most', async () => {
  const world = new World([['a']]);
  world.behaviours.a = 'hang';
  world.announcer.start();
  await world.pass(1);
  let stopped = false;
  const stop = world.announcer.stop(3500).then(() => {
    stopped = true;
  });
  await world.pass(1);
  assert.equal(stopped, true);
  await stop;
});
