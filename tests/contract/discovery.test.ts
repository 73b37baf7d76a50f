// docs/contract.md §6: where peers come from, seen and steered while a client runs, and remembered when it starts again.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  conforms,
  SourceDefaultsSchema,
  type SourceList,
  SourceListSchema,
  type TorrentDetail,
  type TrackerList,
  TrackerListSchema,
  type TrackerView,
} from '@enjambre/contract';
import { TrackerProcess } from '../swarm/tracker-process.ts';
import { until } from '../swarm/until.ts';
import type { ClientApi } from './client-api.ts';
import { emptyClient, refusal } from './empty-client.ts';
import { ScriptedPeer } from './scripted-peer.ts';
import { makeTorrent, type TorrentFixture } from './torrent-fixture.ts';

const DEAD = 'http://127.0.0.1:1/announce';

/** Waits until the tracker knows so many peers. */
function knows(tracker: TrackerProcess, count: number): Promise<unknown> {
  return until(`${tracker.url} knows ${count}`, async () => ((await tracker.peers()) === count ? true : undefined));
}

/** The steering of one torrent. */
class Steered {
  readonly api: ClientApi;
  readonly path: string;

  constructor(api: ClientApi, { infoHash }: TorrentFixture) {
    this.api = api;
    this.path = `/torrents/${infoHash}`;
  }

  /** What it knows of its trackers, `TIER URL STATE` each. */
  async trackers(): Promise<string[]> {
    const { body } = await this.api.get<TrackerList>(`${this.path}/trackers`);
    assert.ok(conforms(TrackerListSchema, body), JSON.stringify(body));
    return body.items.map(({ url, tier, state }) => `${tier} ${url} ${state}`);
  }

  tracker(wish: string, fits: (tracker: TrackerView) => boolean): Promise<TrackerView> {
    return until(wish, async () => (await this.api.get<TrackerList>(`${this.path}/trackers`)).body.items.find(fits));
  }

  add(url: string, tier?: number) {
    return this.api.postJson<TrackerList>(`${this.path}/trackers`, { url, tier });
  }

  remove(url: string) {
    return this.api.delete<TrackerList>(`${this.path}/trackers?url=${encodeURIComponent(url)}`);
  }

  /** By name: on or off. */
  async sources(): Promise<Record<string, boolean>> {
    const { body } = await this.api.get<SourceList>(`${this.path}/sources`);
    assert.ok(conforms(SourceListSchema, body), JSON.stringify(body));
    return Object.fromEntries(body.items.map(({ name, enabled }) => [name, enabled]));
  }

  turn(name: string, enabled: boolean) {
    return this.api.postJson<SourceList>(`${this.path}/sources/${name}`, { enabled });
  }

  async detail(): Promise<TorrentDetail> {
    return (await this.api.get<TorrentDetail>(this.path)).body;
  }
}

async function steered(t: TestContext, fixture: TorrentFixture, argv: readonly string[] = []) {
  const client = await emptyClient(t, argv);
  assert.equal((await client.api.post('/torrents', readFileSync(fixture.path))).status, 201);
  return { ...client, it: new Steered(client.api, fixture) };
}

test('trackers are added and taken out while it runs, hear of it, and are so after a restart', async (t) => {
  const tracker = await TrackerProcess.start(t);
  const fixture = makeTorrent(t, 10_000, { trackers: [DEAD] });
  const client = await steered(t, fixture);
  await client.it.tracker('is tried', ({ error }) => error === 'connection refused');
  const { status, body } = await client.it.add(tracker.url, 0);
  assert.ok(status === 201 && conforms(TrackerListSchema, body), JSON.stringify(body));
  await knows(tracker, 1);
  const { externalIps } = await client.it.tracker('works', ({ state }) => state === 'working');
  assert.deepEqual(externalIps, ['127.0.0.1']);
  assert.deepEqual(await client.it.trackers(), [`0 ${DEAD} failing`, `0 ${tracker.url} working`]);
  assert.deepEqual(refusal(await client.it.add(tracker.url)), [409, 'tracker-exists']);
  for (const url of ['ftp://x/announce', 'udp://x/announce', '', 'x']) {
    assert.deepEqual(refusal(await client.it.add(url)), [400, 'invalid-request']);
  }
  assert.deepEqual(refusal(await client.it.add('http://x/announce', 100)), [400, 'invalid-request']);
  assert.equal((await client.it.remove(DEAD)).body.items.length, 1);
  assert.deepEqual(refusal(await client.it.remove(DEAD)), [404, 'tracker-not-found']);
  await client.stop();
  await knows(tracker, 0);

  const again = await client.start();
  const it = new Steered(again.api, fixture);
  await knows(tracker, 1);
  assert.deepEqual(await it.trackers(), [`0 ${tracker.url} working`]);
  await it.remove(tracker.url);
  await knows(tracker, 0);
  assert.equal((await it.add(DEAD)).status, 201, 'its own is there again, in its own tier');
  assert.equal((await it.add('http://127.0.0.1:2/announce')).status, 201);
  assert.deepEqual(
    (await it.trackers()).map((text) => text.replace(/ \w+$/, '')),
    [`0 ${DEAD}`, '1 http://127.0.0.1:2/announce'],
  );
  await again.api.delete(it.path);
  const [lock, ...rest] = readdirSync(join(client.folder, 'state'));
  assert.match(lock, /\.client$/);
  assert.deepEqual(rest, [], 'nothing is remembered of what is gone');
});

test('they are asked again at once when somebody wants it, no sooner than they allow', async (t) => {
  const tracker = await TrackerProcess.start(t);
  const fixture = makeTorrent(t, 10_000, { trackers: [tracker.url] });
  const { api, it } = await steered(t, fixture);
  await it.tracker('works', ({ state }) => state === 'working');
  const tooSoon = await api.post(`${it.path}/reannounce`);
  assert.deepEqual(refusal(tooSoon), [429, 'too-soon']);
  assert.ok(Number(tooSoon.headers['retry-after']) >= 1, String(tooSoon.headers['retry-after']));
  assert.equal((await api.post(`${it.path}/trackers/scrape`)).status, 202);
  const scraped = await it.tracker('was scraped', ({ lastScrape }) => lastScrape !== '');
  assert.equal(scraped.lastScrape, '0 seeding, 1 leeching, 0 completed');
  assert.equal(scraped.completed, 0);
  assert.deepEqual(refusal(await api.post(`${it.path}/trackers/scrape`)), [429, 'too-soon']);
  await it.turn('tracker', false);
  for (const route of ['/reannounce', '/trackers/scrape']) {
    assert.deepEqual(refusal(await api.post(it.path + route)), [409, 'no-tracker-to-ask']);
  }
  // Begun anew it owes nobody a pause, and says that it is there by itself.
  await knows(tracker, 0);
  await it.turn('tracker', true);
  await knows(tracker, 1);
});

test('sources are switched for one torrent and for all, and are so after a restart', async (t) => {
  const tracker = await TrackerProcess.start(t);
  const [one, other] = [1, 2].map((seed) => makeTorrent(t, 10_000, { seed, trackers: [tracker.url] }));
  const client = await steered(t, one, ['--discovery-mode=overlay', '--overlay-port=0']);
  await client.api.post('/torrents', readFileSync(other.path));
  const of = (api: ClientApi) => [new Steered(api, one), new Steered(api, other)];
  const [first, second] = of(client.api);
  assert.deepEqual(await first.sources(), { tracker: false, overlay: true });
  const lonely = await until('the overlay says why it finds nobody', async () => {
    const { sources } = await first.detail();
    return sources.find(({ name, error }) => name === 'overlay' && error !== null);
  });
  assert.match(lonely.error ?? '', /no other member/);
  assert.ok(lonely.nextAt! > Date.now() - 1000, 'and when it looks again');

  assert.equal((await first.turn('tracker', true)).status, 200);
  await knows(tracker, 1);
  const { status, body } = await client.api.postJson('/sources/tracker', { enabled: true });
  assert.ok(status === 200 && conforms(SourceDefaultsSchema, body), JSON.stringify(body));
  await knows(tracker, 2);
  await client.api.postJson('/sources/overlay', { enabled: false });
  await second.turn('overlay', true);
  await client.stop();

  const again = await client.start();
  const [firstAgain, secondAgain] = of(again.api);
  await knows(tracker, 2);
  assert.deepEqual((await again.api.get('/sources')).body, {
    items: [
      { name: 'tracker', enabled: true },
      { name: 'overlay', enabled: false },
    ],
  });
  assert.deepEqual(await firstAgain.sources(), { tracker: true, overlay: false });
  assert.deepEqual(await secondAgain.sources(), { tracker: true, overlay: true });
  // The wish for one goes before the wish for all.
  await again.api.postJson('/sources/tracker', { enabled: false });
  await knows(tracker, 1);
  assert.deepEqual(
    [await firstAgain.sources(), await secondAgain.sources()],
    [
      { tracker: true, overlay: false },
      { tracker: false, overlay: true },
    ],
  );
  assert.deepEqual(refusal(await again.api.postJson('/sources/dht', { enabled: true })), [404, 'source-not-found']);
  assert.deepEqual(refusal(await again.api.postJson('/sources/tracker', {})), [400, 'invalid-request']);
});

test('the overlay, off at the start, is joined when it is switched on, and again after a restart', async (t) => {
  const fixture = makeTorrent(t, 100_000);
  const seed = await steered(t, fixture, ['--discovery-mode=overlay', '--overlay-port=0']);
  const { overlayPort } = await seed.line(/^overlay: listening$/);
  const busy = createServer().listen(0, '127.0.0.1');
  t.after(() => busy.close());
  await once(busy, 'listening');
  const flags = [`--bootstrap=127.0.0.1:${overlayPort}`, `--overlay-port=${(busy.address() as AddressInfo).port}`];
  const leech = await steered(t, fixture, [...flags, '--listen-host=127.0.0.1']);
  await leech.line(/^overlay: off; --bootstrap is for when --discovery-mode or POST .* switches it on$/);
  assert.deepEqual(await leech.it.sources(), { tracker: true, overlay: false });
  assert.equal((await leech.it.turn('overlay', true)).status, 200);
  const failed = await until('it says that it cannot listen', async () => {
    const { sources } = await leech.it.detail();
    return sources.find(({ name, error }) => name === 'overlay' && error !== null);
  });
  assert.match(failed.error!, /^--overlay-port: port [0-9]+ is in use$/);
  busy.close();
  await until('it has joined', async () => ((await leech.it.detail()).knownPeers === 1 ? true : undefined));
  await leech.stop();

  const again = await leech.start();
  await again.line(/^overlay: listening$/);
  const it = new Steered(again.api, fixture);
  assert.deepEqual(await it.sources(), { tracker: true, overlay: true });
  await until('it has joined again', async () => ((await it.detail()).knownPeers === 1 ? true : undefined));
});

test('a private torrent has the trackers of its .torrent: no overlay, no peer by hand, no other tracker', async (t) => {
  const [its, everybodys] = await Promise.all([TrackerProcess.start(t), TrackerProcess.start(t)]);
  const secret = makeTorrent(t, 10_000, { isPrivate: true, trackers: [its.url] });
  const open = makeTorrent(t, 10_000, { seed: 2 });
  const byHand = await new ScriptedPeer(t, secret).listen();
  const flags = [
    ...['--discovery-mode=overlay', '--overlay-port=0', `--peer=127.0.0.1:${byHand}`],
    ...[`--tracker=${everybodys.url}`, '--all-tiers'],
  ];
  const first = await steered(t, secret, flags);
  const { overlayPort } = await first.line(/^overlay: listening$/);
  const second = await steered(t, secret, [...flags, `--bootstrap=127.0.0.1:${overlayPort}`]);
  await first.line(/is private: no --peer is used/);
  assert.deepEqual(await first.it.sources(), { tracker: true });
  for (const name of ['overlay', 'dht', 'pex', 'lsd']) {
    assert.deepEqual(refusal(await first.it.turn(name, true)), [409, 'private-torrent']);
  }
  assert.deepEqual(refusal(await first.it.add(everybodys.url)), [409, 'private-torrent']);
  await first.api.postJson('/sources/tracker', { enabled: true });
  await first.api.postJson('/sources/tracker', { enabled: false });

  // Both are members that know each other, as another torrent of theirs shows; of this one only its tracker knows.
  for (const { api } of [first, second]) await api.post('/torrents', readFileSync(open.path));
  await until('the overlay joins them', async () => {
    const { sources } = await new Steered(second.api, open).detail();
    return sources.find(({ name, found }) => name === 'overlay' && found === 1);
  });
  await knows(its, 2);
  assert.equal(await everybodys.peers(), 0);
  const peers = await until('they met', async () => {
    const { peers } = await second.it.detail();
    return peers.total > 0 ? peers : undefined;
  });
  for (const { origins } of peers.items) assert.ok(!origins.includes('overlay') && !origins.includes('manual'));
  assert.ok((await first.it.detail()).knownPeers <= 1);
});

test('--tracker is asked after the torrent’s own, with --all-tiers beside them', async (t) => {
  const [own, extra] = await Promise.all([TrackerProcess.start(t), TrackerProcess.start(t)]);
  const fixture = makeTorrent(t, 10_000, { trackers: [own.url] });
  const alone = await steered(t, fixture, [`--tracker=${extra.url}`]);
  await knows(own, 1);
  assert.deepEqual(await alone.it.trackers(), [`0 ${own.url} working`, `1 ${extra.url} idle`]);
  assert.equal(await extra.peers(), 0);
  await steered(t, fixture, [`--tracker=${extra.url}`, '--all-tiers']);
  await Promise.all([knows(own, 2), knows(extra, 1)]);
  const deserted = makeTorrent(t, 10_000, { seed: 2, trackers: [DEAD] });
  await steered(t, deserted, [`--tracker=${extra.url}`]);
  await knows(extra, 2);
});
