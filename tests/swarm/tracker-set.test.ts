// A set of three trackers, each a process: what it agrees on when it is whole, cut apart, killed and started again, and that a
// client which is told of all three needs any one of them.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { startEnjambre } from '../contract/client-process.ts';
import { makeTorrent, temporaryFolder } from '../contract/torrent-fixture.ts';
import { SwarmClient } from './swarm-client.ts';
import { TrackerSet } from './tracker-set.ts';
import { until } from './until.ts';

const MIB = 1024 * 1024;
const HASH = '%5a'.repeat(20);
const AGREE_MS = 1_000;
const HEAL_MS = 5_000;
const NUMBERS = [0, 1, 2];
const TIMEOUT_MS = 60_000;

/** Resolves once all of these hand out just these peers. */
async function agree(set: TrackerSet, expected: readonly number[], withinMs: number, numbers = NUMBERS): Promise<void> {
  const wish = `${numbers} hand out ${expected}`;
  await until(
    wish,
    async () => {
      const lists = await Promise.all(numbers.map((number) => set.peersOf(number, HASH)));
      return lists.every((list) => list.join() === expected.join()) || undefined;
    },
    withinMs,
  );
}

async function allMet(set: TrackerSet, numbers = NUMBERS): Promise<void> {
  await until('all are met', async () => {
    const stats = await Promise.all(numbers.map((number) => set.trackers[number].stats()));
    return stats.every(({ set: one }) => one?.fellows.every(({ state }) => state !== 'away')) || undefined;
  });
}

/** Resolves once one of them has given so many others up. */
async function misses(set: TrackerSet, number: number, count: number): Promise<void> {
  await until(`${number} misses ${count}`, async () => {
    const { set: one } = await set.trackers[number].stats();
    return one?.fellows.filter(({ state }) => state === 'away').length === count || undefined;
  });
}

describe('a set of three trackers', () => {
  it('agrees within a second, and within five after one was cut off and both sides went on', async (t: TestContext) => {
    const set = await TrackerSet.start(t);
    await allMet(set);
    for (const number of NUMBERS) await set.announce(number, HASH, 7_000 + number);
    await agree(set, [7_000, 7_001, 7_002], AGREE_MS);
    await set.announce(0, HASH, 7_001, 'left=0&event=stopped');
    await agree(set, [7_000, 7_002], AGREE_MS);

    set.cutOff(2);
    await set.announce(0, HASH, 7_003);
    await set.announce(1, HASH, 7_000, 'left=1&event=stopped');
    await set.announce(2, HASH, 7_004);
    await agree(set, [7_002, 7_003], AGREE_MS, [0, 1]);
    await misses(set, 0, 1);
    assert.deepEqual(await set.peersOf(2, HASH), [7_000, 7_002, 7_004]);
    set.reconnect(2);
    await agree(set, [7_002, 7_003, 7_004], HEAL_MS);
  });

  it('agrees within five seconds after one stood still', async (t: TestContext) => {
    const set = await TrackerSet.start(t);
    await allMet(set);
    await set.announce(0, HASH, 7_000);
    await agree(set, [7_000], AGREE_MS);
    set.trackers[2].signal('SIGSTOP');
    await set.announce(0, HASH, 7_001);
    await set.announce(1, HASH, 7_000, 'left=1&event=stopped');
    await agree(set, [7_001], AGREE_MS, [0, 1]);
    await misses(set, 0, 1);
    set.trackers[2].signal('SIGCONT');
    await agree(set, [7_001], HEAL_MS);
  });

  it('has one back that was killed or restarted, with what it missed and without who left', async (t: TestContext) => {
    const folders = NUMBERS.map(() => temporaryFolder(t));
    const flags = (number: number) => [`--data-dir=${folders[number]}`];
    const set = await TrackerSet.start(t, flags);
    await allMet(set);
    for (const peer of [7_000, 7_001]) await set.announce(0, HASH, peer, 'left=0&event=completed');
    await agree(set, [7_000, 7_001], AGREE_MS);
    await set.trackers[0].stop();
    await set.announce(1, HASH, 7_000, 'left=0&event=stopped');
    await set.announce(2, HASH, 7_002);
    await set.start(0, { flags: flags(0) });
    await agree(set, [7_001, 7_002], HEAL_MS);
    await set.trackers[1].kill();
    await set.announce(0, HASH, 7_003);
    await set.start(1, { flags: flags(1) });
    await agree(set, [7_001, 7_002, 7_003], HEAL_MS);
    const scrapes = await Promise.all(
      set.ports.map(async (port) => (await fetch(`http://127.0.0.1:${port}/scrape?info_hash=${HASH}`)).text()),
    );
    for (const scrape of scrapes) assert.match(scrape, /10:downloadedi2e/);
  });

  it('is not changed by one with another secret, which says why', async (t: TestContext) => {
    const set = await TrackerSet.lay(t);
    await Promise.all([set.start(0), set.start(1), set.start(2, { secret: 'something else' })]);
    await set.announce(0, HASH, 7_000);
    await set.announce(2, HASH, 7_002);
    const { message } = await set.trackers[2].line(/is away: .*\(signature-required\)/);
    assert.match(String(message), /Only trackers that know the secret of this set/);
    await agree(set, [7_000], HEAL_MS, [0, 1]);
    await agree(set, [7_002], AGREE_MS, [2]);
    await until(
      'it says that it refused',
      async () => ((await set.trackers[0].stats()).set?.refused ?? 0) > 0 || undefined,
    );
  });

  it('does not start without a secret', async (t: TestContext) => {
    const { code, stderr, stdout } = await startEnjambre(t, ['tracker', '--port=0', '--join=127.0.0.1:1']).ended;
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /^enjambre tracker: --join: trackers of a set know each other by a secret.*\n$/);
  });
});

describe('a client that is told of three trackers', { concurrency: 1 }, () => {
  for (const survivor of NUMBERS) {
    const others = NUMBERS.filter((number) => number !== survivor);
    it(`needs only number ${survivor + 1}, at the start and in the middle`, async (t: TestContext) => {
      const set = await TrackerSet.start(t);
      await allMet(set);
      const fixture = makeTorrent(t, 4 * MIB, { pieceLength: 65_536, trackers: set.urls });
      const start = (number: number, flags: readonly string[], archives?: string): Promise<SwarmClient> => {
        const folder = archives ?? path.join(fixture.folder, `archives-${number}`);
        if (archives === undefined) mkdirSync(folder);
        const host = `127.0.${10 + survivor}.${number}`;
        return SwarmClient.start(t, { torrent: fixture.path, archives: folder, host, flags });
      };
      const seed = await start(1, ['--upload-limit=600k'], fixture.complete);
      await seed.complete();
      const early = await start(2, []);
      await early.when('is under way', ({ progress }) => progress > 10);
      for (const number of others) await set.trackers[number].kill();

      // The seed announced to whichever answered first; who comes now hears of it from the one that is left.
      const late = await start(3, []);
      await Promise.all([early.complete(TIMEOUT_MS), late.complete(TIMEOUT_MS)]);
      const last = await start(4, []);
      await last.complete(TIMEOUT_MS);
      assert.equal((await set.trackers[survivor].peers()) >= 2, true);
      await Promise.all([seed, early, late, last].map((client) => client.stop()));
    });
  }
});
