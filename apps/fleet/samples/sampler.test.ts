// The past of containers on a fake clock and a real database.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Status } from '@enjambre/contract';
import { FakeClock } from '@enjambre/runtime';
import { ContainerStore } from '../state/container-store.ts';
import { openDatabase } from '../state/database.ts';
import { RESOLUTIONS } from './resolution.ts';
import { SampleStore } from './sample-store.ts';
import { Sampler } from './sampler.ts';

const [SECONDS, TENS, MINUTES] = RESOLUTIONS;
const ID = 'a'.repeat(12);

function statusAt(second: number): Status {
  return {
    ...{ state: 'downloading', paused: false, progress: second / 100, downloaded: 0, total_size: 100 },
    ...{ download_speed: second, upload_speed: 2 * second, connected_peers: 1, total_peers: 1, eta: '1s' },
  };
}

class World {
  readonly clock = new FakeClock();
  readonly ids = new Set([ID]);
  /** What every container says in a second since the start; undefined for silence. */
  say: (second: number) => Status | undefined = statusAt;
  readonly said: string[] = [];
  readonly #folder: string;
  readonly #begin: number;
  #database: ReturnType<typeof openDatabase>;
  sampler: Sampler;

  constructor(t: TestContext) {
    this.#folder = mkdtempSync(join(tmpdir(), 'enjambre-samples-'));
    // On the hour, so that every chunk begins here.
    this.clock.advance(3_600_000 - (this.clock.wallTime() % 3_600_000));
    this.#begin = this.clock.wallTime() / 1000;
    this.#database = this.#open();
    new ContainerStore(this.#database).insert({
      ...{ id: ID, name: 'one', wanted: 'running', paused: false, torrentName: 'film', infoHash: 'a'.repeat(40) },
      ...{ totalSize: 5, createdAt: 1, restarts: 0, lastSeen: null },
      config: {
        ...{ torrentFile: 'film.torrent', folderPath: '/d', discoveryMode: 'tracker', networkName: null },
        ...{ imageName: null, port: null, bootstrap: null, downloadLimit: null, uploadLimit: null, peers: [] },
      },
    });
    this.sampler = this.#start();
    t.after(() => {
      this.sampler.close();
      this.#database.close();
      rmSync(this.#folder, { recursive: true });
    });
  }

  /** As a crash does when `clean` is false: nothing is written at the end. */
  restart(clean: boolean): void {
    if (clean) this.sampler.close();
    else this.say = () => undefined;
    this.#database.close();
    this.#database = this.#open();
    this.sampler = this.#start();
  }

  rows(): number {
    return Number(this.#database.prepare('SELECT count(*) AS rows FROM sample_chunk').get()?.rows);
  }

  /** As a disk that became full or read-only does. */
  refuseWrites(refused: boolean): void {
    this.#database.exec(`PRAGMA query_only = ${refused ? 'ON' : 'OFF'}`);
  }

  delete(): void {
    new ContainerStore(this.#database).delete(ID);
    this.ids.delete(ID);
  }

  pass(seconds: number): void {
    for (let second = 0; second < seconds; second++) this.clock.advance(1000);
  }

  #open() {
    return openDatabase(join(this.#folder, 'fleet.sqlite'));
  }

  #start(): Sampler {
    const sampler = new Sampler({
      clock: this.clock,
      logger: { log: (level, message) => this.said.push(`${level} ${message}`) },
      store: new SampleStore(this.#database),
      ids: () => this.ids,
      statusOf: () => (sampler === this.sampler ? this.say(this.clock.wallTime() / 1000 - this.#begin) : undefined),
    });
    sampler.start();
    return sampler;
  }
}

test('each second is kept for ten minutes, with gaps where nothing was heard', (t) => {
  const world = new World(t);
  world.pass(100);
  world.say = () => undefined;
  world.pass(2);
  world.say = statusAt;
  world.pass(1);
  const { start, step, downloadSpeed, uploadSpeed, progress } = world.sampler.past(ID, SECONDS, 5);
  assert.deepEqual([step, downloadSpeed, uploadSpeed], [1, [99, 100, null, null, 103], [198, 200, null, null, 206]]);
  assert.deepEqual(progress, [0.99, 1, null, null, 1.03]);
  assert.equal(start, world.clock.wallTime() / 1000 - 4);
  assert.equal(world.sampler.past(ID, SECONDS).progress.length, 600);
});

test('a clock that is set back by an hour does not end the past: it goes on from there', (t) => {
  const world = new World(t);
  world.say = () => statusAt(7);
  world.pass(100);
  world.clock.setWall(-3_600_000);
  world.pass(3);
  assert.deepEqual(world.sampler.past(ID, SECONDS, 4).downloadSpeed, [null, 7, 7, 7]);
});

test('what is older is the mean of its speeds and its last progress', (t) => {
  const world = new World(t);
  world.pass(125);
  const tens = world.sampler.past(ID, TENS, 3);
  assert.deepEqual(tens.downloadSpeed, [105, 115, 123]);
  assert.deepEqual(tens.progress, [1.09, 1.19, 1.25]);
  const minutes = world.sampler.past(ID, MINUTES, 3);
  assert.deepEqual(minutes.downloadSpeed, [30, 90, 123]);
  assert.deepEqual(minutes.progress, [0.59, 1.19, 1.25]);
});

test('a restart loses nothing, a crash a minute at most', (t) => {
  const world = new World(t);
  world.pass(90);
  world.restart(true);
  world.pass(1);
  assert.deepEqual(world.sampler.past(ID, SECONDS, 3).downloadSpeed, [89, 90, 91]);
  world.pass(100);
  world.restart(false);
  const kept = world.sampler.past(ID, SECONDS, 191).downloadSpeed.filter((speed) => speed !== null);
  assert.ok(kept.length >= 191 - 60, `${kept.length}`);
  assert.equal(world.sampler.past(ID, MINUTES, 4).downloadSpeed.filter((speed) => speed !== null).length, 4);
});

test('no more rows are kept than the resolutions say, and none of a container that is gone', (t) => {
  const world = new World(t);
  world.pass(4 * 3600);
  const most = RESOLUTIONS.reduce((sum, { kept }) => sum + kept / 60 + 1, 0);
  assert.ok(world.rows() <= most, `${world.rows()} rows`);
  assert.ok(world.rows() >= 10 + 18, `${world.rows()} rows`);
  world.delete();
  world.pass(70);
  assert.equal(world.rows(), 0);
});

test('a disk that takes nothing is told of once, and what comes after it is kept', (t) => {
  const world = new World(t);
  world.refuseWrites(true);
  world.pass(200);
  assert.equal(world.said.length, 1);
  assert.match(world.said[0], /^warn speeds cannot be remembered: /);
  world.refuseWrites(false);
  world.pass(61);
  assert.ok(world.rows() > 0);
  world.refuseWrites(true);
  world.pass(70);
  assert.equal(world.said.length, 2);
});
