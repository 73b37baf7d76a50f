import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '@enjambre/runtime';
import type { PeerSource, SwarmView } from './peer-source.ts';
import { SourceList } from './source-list.ts';

/** A source that does what it is told, and remembers it. */
class ToldSource implements PeerSource {
  readonly name: string;
  readonly report = { nextAt: 5, error: undefined };
  readonly told: string[] = [];
  view: SwarmView | undefined;

  constructor(name: string) {
    this.name = name;
  }

  start(swarm: SwarmView): void {
    this.told.push('start');
    this.view = swarm;
  }

  needPeers(): void {
    this.told.push('needPeers');
  }

  completed(): void {
    this.told.push('completed');
  }

  async stop(): Promise<void> {
    this.told.push('stop');
  }
}

function listOf(sources: readonly PeerSource[], isPrivate = false, isOn?: (name: string) => boolean) {
  const added: string[] = [];
  const clock = new FakeClock();
  const figures = { listenPort: 1, uploadedBytes: 2, downloadedBytes: 3, leftBytes: 4 };
  const list = new SourceList({
    sources,
    isPrivate,
    clock,
    swarm: () => ({ infoHash: new Uint8Array(20), peerId: new Uint8Array(20), ...figures }),
    addPeer: ({ port }, origin) => {
      const isNew = !added.some((one) => one.endsWith(` ${port}`));
      added.push(`${origin} ${port}`);
      return isNew;
    },
    setOwnHosts: () => {},
    isOn,
  });
  return { list, added, figures, clock };
}

const peer = (port: number) => ({ host: '127.0.0.1', port });

test('each source names peers under its own name, and counts those it was the first to name', () => {
  const [tracker, dht] = [new ToldSource('tracker'), new ToldSource('dht')];
  const { list, added, figures } = listOf([tracker, dht]);
  list.start();
  list.start();
  assert.deepEqual(tracker.told, ['start']);
  tracker.view!.addPeers([peer(1), peer(2)]);
  dht.view!.addPeers([peer(2), peer(3)]);
  assert.deepEqual(added, ['tracker 1', 'tracker 2', 'dht 2', 'dht 3']);
  assert.deepEqual(
    list.views.map(({ name, found }) => [name, found]),
    [
      ['tracker', 2],
      ['dht', 1],
    ],
  );
  figures.leftBytes = 0;
  assert.equal(tracker.view!.leftBytes, 0, 'a source sees how things stand now');
});

test('a private torrent has its trackers and nothing else (BEP 27)', () => {
  const sources = ['tracker', 'dht', 'pex', 'lsd', 'overlay'].map((name) => new ToldSource(name));
  const { list, clock } = listOf(sources, true);
  list.start();
  list.completed();
  list.setCompany(0);
  clock.advance(60_000);
  assert.deepEqual(
    list.views.map(({ name }) => name),
    ['tracker'],
  );
  assert.equal(list.setEnabled('dht', true), false);
  for (const source of sources.slice(1)) assert.deepEqual(source.told, []);
});

test('a source that is off finds nothing, also not late, and begins anew when it is on again', () => {
  const tracker = new ToldSource('tracker');
  const { list, added } = listOf([tracker]);
  list.setEnabled('tracker', false);
  list.start();
  assert.deepEqual(tracker.told, []);
  list.setEnabled('tracker', true);
  list.setEnabled('tracker', true);
  list.setEnabled('tracker', false);
  tracker.view!.addPeers([peer(1)]);
  assert.deepEqual([tracker.told, added], [['start', 'stop'], []]);
  assert.equal(list.views[0].nextAt, undefined);
  assert.equal(list.setEnabled('nothing', true), false);
});

test('one that is off from the start is listed, and begins when it is switched on', () => {
  const [tracker, overlay] = [new ToldSource('tracker'), new ToldSource('overlay')];
  const { list } = listOf([tracker, overlay], false, (name) => name === 'tracker');
  list.start();
  assert.deepEqual([tracker.told, overlay.told], [['start'], []]);
  assert.deepEqual(
    list.views.map(({ enabled }) => enabled),
    [true, false],
  );
  list.setEnabled('overlay', true);
  assert.deepEqual(overlay.told, ['start']);
});

test('few peers for half a minute are told to those that are on', async () => {
  const [tracker, dht] = [new ToldSource('tracker'), new ToldSource('dht')];
  const { list, clock } = listOf([tracker, dht]);
  list.setCompany(0);
  clock.advance(60_000);
  list.start();
  list.setEnabled('dht', false);
  list.setCompany(4);
  clock.advance(29_000);
  list.setCompany(5);
  clock.advance(60_000);
  assert.deepEqual(tracker.told, ['start']);
  list.setCompany(4);
  clock.advance(15_000);
  list.setCompany(3);
  clock.advance(14_999);
  assert.deepEqual(tracker.told, ['start']);
  clock.advance(30_001);
  assert.deepEqual(tracker.told, ['start', 'needPeers', 'needPeers']);
  assert.deepEqual(dht.told, ['start', 'stop']);
  await list.stop(0);
  clock.advance(60_000);
  assert.deepEqual(tracker.told, ['start', 'needPeers', 'needPeers', 'stop']);
});
