// Clients that find each other with no tracker: each a process as people start it, bootstrapped only from the one before.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { makeTorrent, type TorrentFixture } from '../contract/torrent-fixture.ts';
import { SwarmClient } from './swarm-client.ts';
import { TrackerProcess } from './tracker-process.ts';
import { until } from './until.ts';

const MIB = 1024 * 1024;
const PIECE_LENGTH = 64 * 1024;
/** Within so long a newcomer knows everybody. */
const NEWCOMER_MS = 5_000;
const TIMEOUT_MS = 60_000;

/** A client of the overlay on 127.0.2.`number`. */
class Member {
  readonly client: SwarmClient;
  readonly archives: string;
  readonly overlayAddress: string;

  private constructor(client: SwarmClient, archives: string, overlayPort: number) {
    this.client = client;
    this.archives = archives;
    this.overlayAddress = `${client.host}:${overlayPort}`;
  }

  /** Resolves once it listens, for peers and for the overlay. */
  static async start(
    t: TestContext,
    fixture: TorrentFixture,
    number: number,
    {
      bootstrap = undefined as Member | undefined,
      archives = path.join(fixture.folder, `archives-${number}`),
      flags = [] as string[],
    },
  ): Promise<Member> {
    const client = await SwarmClient.start(t, {
      ...{ torrent: fixture.path, archives, host: `127.0.2.${number}` },
      flags: [
        '--discovery-mode=overlay',
        '--overlay-port=0',
        ...(bootstrap === undefined ? [] : [`--bootstrap=${bootstrap.overlayAddress}`]),
        ...flags,
      ],
    });
    const { overlayPort } = await client.line(/^overlay: listening$/);
    return new Member(client, archives, Number(overlayPort));
  }

  knows(count: number, timeoutMs?: number) {
    return this.client.when(`knows ${count}`, ({ total_peers }) => total_peers === count, timeoutMs);
  }

  assertContent(fixture: TorrentFixture): void {
    const file = path.join(this.archives, path.basename(fixture.path, '.torrent'));
    assert.ok(readFileSync(file).equals(fixture.data), `${this.archives} holds the content`);
  }
}

/** The flag of a new file with these keys. */
function keyFile(fixture: TorrentFixture, name: string, ...keys: string[]): string {
  const file = path.join(fixture.folder, `${name}.key`);
  writeFileSync(file, `${keys.join('\n')}\n`);
  return `--overlay-key-file=${file}`;
}

describe('a swarm without a tracker', { concurrency: 2 }, () => {
  it('finds itself from one bootstrap each, and outlives the first of them and the seed', async (t: TestContext) => {
    const fixture = makeTorrent(t, 8 * MIB, { pieceLength: PIECE_LENGTH });
    const flags = [keyFile(fixture, 'overlay', randomBytes(32).toString('hex')), '--upload-limit=2M'];
    const seed = await Member.start(t, fixture, 1, { archives: fixture.complete, flags });
    const leechers: Member[] = [];
    for (const number of [2, 3, 4]) {
      // The second is slow, so that it can be killed in the middle.
      const more = number === 3 ? [...flags, '--download-limit=256k'] : flags;
      leechers.push(await Member.start(t, fixture, number, { bootstrap: leechers.at(-1) ?? seed, flags: more }));
    }
    const [first, second, third] = leechers;
    await Promise.all(leechers.map((leecher) => leecher.knows(3, NEWCOMER_MS)));
    const newcomer = await Member.start(t, fixture, 5, { bootstrap: third, flags });
    await newcomer.knows(4, NEWCOMER_MS);

    // One is killed in the middle; one full copy beside the seed's, and the seed, who is the bootstrap of all, is too.
    const middle = await second.client.when('is in the middle', ({ progress }) => progress > 10, TIMEOUT_MS);
    await second.client.kill();
    assert.ok(middle.progress < 100, 'it was not done yet');
    await first.client.complete(TIMEOUT_MS);
    await seed.client.kill();
    await Promise.all([third, newcomer].map(({ client }) => client.complete(TIMEOUT_MS)));

    // The one that was killed comes back with what it had, by members it knew: its bootstrap is gone.
    const again = await Member.start(t, fixture, 3, { bootstrap: seed, flags });
    // More, where somebody told it of the dead seed, or of itself as it was, before these were known to be gone.
    await again.client.when('knows those who live', ({ total_peers }) => total_peers >= 3, NEWCOMER_MS);
    await again.client.complete(TIMEOUT_MS);
    const { downloaded, wasted } = await again.client.stop();
    assert.ok(downloaded - wasted <= fixture.data.length - middle.downloaded, `${downloaded} bytes fetched again`);
    for (const member of [first, third, newcomer, again]) member.assertContent(fixture);
  });

  it('counts a peer that both tracker and overlay name once', async (t: TestContext) => {
    const tracker = await TrackerProcess.start(t);
    const fixture = makeTorrent(t, MIB, { pieceLength: PIECE_LENGTH, trackers: [tracker.url] });
    const flags = ['--discovery-mode=tracker,overlay'];
    const seed = await Member.start(t, fixture, 11, { archives: fixture.complete, flags });
    const leecher = await Member.start(t, fixture, 12, { bootstrap: seed, flags });
    const third = await Member.start(t, fixture, 13, { bootstrap: leecher, flags });
    await Promise.all([leecher, third].map(({ client }) => client.complete()));
    await until('all announce', async () => ((await tracker.peers()) === 3 ? true : undefined));
    for (const { client } of [seed, leecher, third]) {
      const { total_peers } = await client.when('knows the others', (status) => status.total_peers >= 2);
      assert.equal(total_peers, 2);
    }
  });

  it('keeps out who has no key, or another, and lets in who has the new one or the old', async (t: TestContext) => {
    const fixture = makeTorrent(t, MIB, { pieceLength: PIECE_LENGTH });
    const [old, next, wrong] = Array.from({ length: 3 }, () => randomBytes(32).toString('hex'));
    const seed = await Member.start(t, fixture, 21, {
      archives: fixture.complete,
      flags: [keyFile(fixture, 'seed', next, old)],
    });
    const join = (number: number, flags: string[]) => Member.start(t, fixture, number, { bootstrap: seed, flags });
    const strangers = [await join(22, []), await join(23, [keyFile(fixture, 'wrong', wrong)])];
    await strangers[0].client.line(/without a key it talks to loopback and private addresses only/);
    const friends = [
      await join(24, [keyFile(fixture, 'old', old, next)]),
      await join(25, [keyFile(fixture, 'new', next)]),
    ];
    await Promise.all(friends.map(({ client }) => client.complete()));
    for (const { client } of strangers) assert.equal((await client.status()).total_peers, 0);
    await seed.knows(2);
  });
});
