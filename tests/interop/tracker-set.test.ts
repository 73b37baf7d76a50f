// libtorrent, told of three trackers that hold the same swarms, is found through any one of them.

import { describe, it, type TestContext } from 'node:test';
import { TrackerSet } from '../swarm/tracker-set.ts';
import { until } from '../swarm/until.ts';
import { enjambre } from './clients/enjambre.ts';
import { libtorrent } from './clients/libtorrent.ts';
import type { TestedClient } from './clients/tested-client.ts';
import { assertContent, SHAPES, writeContent } from './content.ts';
import { whyNot } from './debian-package.ts';
import { Lab } from './lab.ts';
import { makeTorrent } from './torrent-maker.ts';

const TIMEOUT_MS = 60_000;
const shape = SHAPES.oneFile;

/** Two of the trackers die after the seed has announced, or before it starts. */
async function transfer(
  t: TestContext,
  { seed, leech }: { seed: TestedClient; leech: TestedClient },
  survivor: number,
  when: 'before' | 'after',
): Promise<void> {
  await using lab = await Lab.open();
  const set = await TrackerSet.start(t);
  await until('all are met', async () => {
    const stats = await Promise.all(set.trackers.map((tracker) => tracker.stats()));
    return stats.every((one) => one.set?.fellows.every(({ state }) => state !== 'away')) || undefined;
  });
  const killOthers = async (): Promise<void> => {
    for (const [number, tracker] of set.trackers.entries()) if (number !== survivor) await tracker.kill();
  };
  const folders = { seed: await lab.folder('seed'), leech: await lab.folder('leech') };
  await writeContent(shape, folders.seed);
  const torrent = await makeTorrent(lab, shape, folders.seed, set.urls.join());
  const start = (client: TestedClient, role: 'seed' | 'leech') =>
    client.start({ lab, role, torrent, folder: folders[role], host: lab.address(), peers: [] });
  try {
    if (when === 'before') await killOthers();
    await start(seed, 'seed');
    const known = async () => (await set.trackers[survivor].peers()) >= 1 || undefined;
    await until('the seed is known to the survivor', known, TIMEOUT_MS);
    if (when === 'after') await killOthers();
    await (await start(leech, 'leech')).complete(TIMEOUT_MS);
    await lab.stopAll();
    await assertContent(shape, folders.leech);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${lab.transcript()}`, { cause: error });
  }
}

describe('through whichever of three trackers is left', () => {
  const skip = whyNot(['mktorrent', libtorrent.debianPackage]);
  const pairs = [
    { seed: libtorrent, leech: enjambre },
    { seed: enjambre, leech: libtorrent },
  ];
  for (const [at, pair] of pairs.entries()) {
    for (const when of ['before', 'after'] as const) {
      const sentence = `${pair.leech.name} finds ${pair.seed.name}, two dead ${when} it announced`;
      it(sentence, { skip }, (t: TestContext) => transfer(t, pair, (2 * at + (when === 'before' ? 1 : 2)) % 3, when));
    }
  }
  for (const survivor of [0, 1, 2]) {
    const sentence = `libtorrent finds libtorrent, by number ${survivor + 1} alone`;
    it(sentence, { skip }, (t: TestContext) => transfer(t, { seed: libtorrent, leech: libtorrent }, survivor, 'after'));
  }
});
