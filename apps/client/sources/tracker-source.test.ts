import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { SwarmView } from '@enjambre/engine';
import type { PeerAddress } from '@enjambre/metainfo';
import { silentLogger, systemClock, systemRandom } from '@enjambre/runtime';
import { createTrackerServer } from '@enjambre/tracker';
import { createTrackerCallers } from './tracker-callers.ts';
import { TrackerSource } from './tracker-source.ts';

/** A swarm as a torrent shows it: its figures are getters, as a class has them. */
class Swarm implements SwarmView {
  readonly infoHash = new Uint8Array(20).fill(1);
  readonly uploadedBytes = 0;
  readonly downloadedBytes = 0;
  readonly peerId: Uint8Array;
  readonly listenPort: number;
  readonly found: Promise<readonly PeerAddress[]>;
  missing = 1;
  #resolve: (peers: readonly PeerAddress[]) => void = () => {};

  constructor(listenPort: number) {
    this.listenPort = listenPort;
    this.peerId = Buffer.from(String(listenPort).padStart(20, '-'));
    this.found = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get leftBytes(): number {
    return this.missing;
  }

  ownHosts: readonly string[] = [];

  setOwnHosts(hosts: readonly string[]): void {
    this.ownHosts = hosts;
  }

  addPeers(addresses: readonly PeerAddress[]): void {
    this.#resolve(addresses);
  }
}

async function tracker(t: TestContext): Promise<{ url: string; stats(): Promise<Record<string, number>> }> {
  const server = createTrackerServer();
  const base = `http://127.0.0.1:${await server.listen(0, '127.0.0.1')}`;
  t.after(() => server.close());
  return {
    url: `${base}/announce`,
    stats: async () => (await (await fetch(`${base}/stats`)).json()) as Record<string, number>,
  };
}

function source(url: string, { hostname, listenHost }: { hostname?: string; listenHost?: string } = {}): TrackerSource {
  const callers = createTrackerCallers(listenHost, { clock: systemClock, random: systemRandom });
  const surroundings = { clock: systemClock, random: systemRandom, logger: silentLogger };
  const trackers = [{ url, tier: 0 }];
  return new TrackerSource({ trackers, allTiers: false, hostname, listenHost, callers, ...surroundings });
}

test('two torrents find each other by a tracker, and leave it when they stop', async (t) => {
  const { url, stats } = await tracker(t);
  const first = source(url);
  first.start(new Swarm(7001));
  while ((await stats()).peers !== 1);
  const swarm = new Swarm(7002);
  const second = source(url);
  second.start(swarm);
  assert.deepEqual(await swarm.found, [{ host: '127.0.0.1', port: 7001 }]);
  assert.equal(second.trackers[0].lastAnswer, '1 peer');
  swarm.missing = 0;
  second.completed();
  while ((await stats()).seeders !== 1);
  await Promise.all([first.stop(1000), second.stop(1000)]);
  assert.equal((await stats()).peers, 0);
});

test('the hostname is announced by its address, the listen address by asking from there', async (t) => {
  const { url, stats } = await tracker(t);
  const sources = [
    source(url, { hostname: 'localhost' }),
    source(url, { hostname: '10.1.2.3' }),
    source(url, { listenHost: '127.0.0.9' }),
    source(url, { listenHost: '::' }),
  ];
  for (const [index, each] of sources.entries()) {
    each.start(new Swarm(7001 + index));
    while ((await stats()).peers !== index + 1);
  }
  const swarm = new Swarm(7009);
  const asking = source(url);
  asking.start(swarm);
  const found = [...(await swarm.found)].sort((a, b) => a.port - b.port).map(({ host }) => host);
  assert.match(found[0], /^(127\.0\.0\.1|::1)$/);
  assert.deepEqual(found.slice(1), ['10.1.2.3', '127.0.0.9', '127.0.0.1']);
  await Promise.all([...sources, asking].map((each) => each.stop(1000)));
});

test('a source that is stopped at once announces nothing', async (t) => {
  const { url, stats } = await tracker(t);
  const each = source(url, { hostname: 'localhost' });
  each.start(new Swarm(7001));
  await each.stop(1000);
  const later = source(url);
  later.start(new Swarm(7002));
  while ((await stats()).peers === 0);
  assert.equal((await stats()).peers, 1);
  await later.stop(1000);
});

test('where a tracker sees us we are ourselves, and where we say that we are; a gateway’s address may be somebody else', async (t) => {
  const { url } = await tracker(t);
  const other = source(url);
  other.start(new Swarm(7001));
  const own: [options: { hostname?: string; listenHost?: string }, hosts: string[]][] = [
    [{ listenHost: '127.0.0.9' }, ['127.0.0.9']],
    [{ hostname: '10.1.2.3' }, ['10.1.2.3']],
    [{}, []],
  ];
  for (const [options, hosts] of own) {
    const swarm = new Swarm(7002);
    const each = source(url, options);
    each.start(swarm);
    await swarm.found;
    assert.deepEqual(swarm.ownHosts, hosts);
    await each.stop(1000);
  }
  await other.stop(1000);
});

test('trackers are listed before the first is asked, tier by tier, each once, and a stopped source keeps its changes', async (t) => {
  const { url, stats } = await tracker(t);
  const callers = createTrackerCallers(undefined, { clock: systemClock, random: systemRandom });
  const each = new TrackerSource({
    trackers: [
      { url: 'udp://127.0.0.1:1/announce', tier: 3 },
      { url: 'wss://127.0.0.1', tier: 0 },
      { url: 'wss://127.0.0.1', tier: 4 },
    ],
    ...{ allTiers: false, hostname: undefined, listenHost: undefined, callers },
    ...{ clock: systemClock, random: systemRandom, logger: silentLogger },
  });
  const listed = () => each.trackers.map(({ url: text, tier, state }) => `${tier} ${text} ${state}`);
  assert.deepEqual(listed(), ['0 wss://127.0.0.1 unsupported', '3 udp://127.0.0.1:1/announce idle']);
  assert.deepEqual([each.nextTier, each.reannounce(), each.scrape()], [4, Infinity, Infinity]);
  each.remove('udp://127.0.0.1:1/announce');
  each.add({ url, tier: 1 });
  each.start(new Swarm(7001));
  while ((await stats()).peers !== 1);
  assert.deepEqual(listed(), ['0 wss://127.0.0.1 unsupported', `1 ${url} working`]);
  await each.stop(1000);
});
