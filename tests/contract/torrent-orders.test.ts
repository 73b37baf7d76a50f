// One torrent that is added, removed, rechecked, paused and looked at by many at once, in any order: each gets an answer that can
// be meant, and what is left at the end is whole.

import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TorrentDetail, TorrentPage } from '@enjambre/contract';
import { seededRandom } from '@enjambre/runtime';
import { until } from '../swarm/until.ts';
import { emptyClient } from './empty-client.ts';
import { makeTorrent } from './torrent-fixture.ts';

const ROUNDS = 200;
const SEED = 7;
/** Asked at the same time. */
const MOST_AT_ONCE = 6;

test('whatever is asked of one torrent at once, in 200 seeded rounds', { timeout: 120_000 }, async (t) => {
  const { api, archives, folder, stop, start } = await emptyClient(t);
  const fixture = makeTorrent(t, 300_000);
  const bytes = readFileSync(fixture.path);
  const file = join(archives, 'data-1.bin');
  const restore = () => {
    mkdirSync(archives, { recursive: true });
    if (!existsSync(file)) copyFileSync(join(fixture.complete, 'data-1.bin'), file);
  };
  const path = `/torrents/${fixture.infoHash}`;
  const acts: Record<string, { ask: () => Promise<{ status: number; body: unknown }>; may: number[] }> = {
    add: { ask: () => api.post('/torrents', bytes), may: [201, 409] },
    'add paused': { ask: () => api.post('/torrents?paused=true', bytes), may: [201, 409] },
    remove: { ask: () => api.delete(path), may: [200, 404] },
    'remove with data': { ask: () => api.delete(`${path}?data=true`), may: [200, 404] },
    recheck: { ask: () => api.post(`${path}/recheck`), may: [202, 404] },
    pause: { ask: () => api.post(`${path}/pause`), may: [200, 404] },
    resume: { ask: () => api.post(`${path}/resume`), may: [200, 404] },
    look: { ask: () => api.get(path), may: [200, 404] },
    list: { ask: () => api.get('/torrents'), may: [200] },
  };
  const names = Object.keys(acts);
  const random = seededRandom(SEED);
  const pick = (count: number) => random.bytes(1)[0] % count;
  for (let round = 0; round < ROUNDS; round++) {
    const asked = Array.from({ length: 1 + pick(MOST_AT_ONCE) }, () => names[pick(names.length)]);
    const answers = await Promise.all(asked.map((name) => acts[name].ask()));
    for (const [index, { status, body }] of answers.entries()) {
      const name = asked[index];
      assert.ok(acts[name].may.includes(status), `round ${round}, ${asked}: ${name} ${status} ${JSON.stringify(body)}`);
    }
    const added = answers.filter(({ status }) => status === 201).length;
    const removed = answers.filter(({ status }, index) => status === 200 && asked[index].startsWith('remove')).length;
    assert.ok(Math.abs(added - removed) <= 1, `round ${round}, ${asked}: ${added} added, ${removed} removed`);
    restore();
  }
  await until('it is there or gone', async () => {
    const { status } = await api.post('/torrents', bytes);
    const { body } = await api.get<TorrentPage>('/torrents');
    return status !== 201 && body.total === 1 ? true : undefined;
  });
  restore();
  await api.post(`${path}/resume`);
  await api.post(`${path}/recheck`);
  await until('whole', async () => {
    const { body } = await api.get<TorrentDetail>(path);
    return body.state === 'completed' ? true : undefined;
  });
  await stop();
  const kept = readdirSync(join(folder, 'state'));
  assert.deepEqual(kept, [`${fixture.infoHash}.torrent`]);
  const again = await start();
  await until('whole after a restart', async () => {
    const { body } = await again.api.get<TorrentDetail>(path);
    return body.state === 'completed' ? true : undefined;
  });
});
