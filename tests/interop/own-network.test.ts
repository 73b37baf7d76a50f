// A session with its defaults talks to nobody but whom it was told of: every address that the kernel was asked for.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { it, type TestContext } from 'node:test';
import { makeTorrent } from '../contract/torrent-fixture.ts';
import { SwarmClient } from '../swarm/swarm-client.ts';
import { TrackerProcess } from '../swarm/tracker-process.ts';
import { ENJAMBRE } from './clients/enjambre.ts';
import { whyNot } from './debian-package.ts';
import { Lab } from './lab.ts';

const TIMEOUT_MS = 20_000;
/** Calls that name an address to reach. */
const CALLS = 'trace=connect,sendto,sendmsg,sendmmsg';
const ADDRESS = /inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"/g;

it('a download from tracker and peers opens no socket to a foreign address', {
  skip: whyNot(['strace']),
}, async (t: TestContext) => {
  await using lab = await Lab.open();
  const tracker = await TrackerProcess.start(t);
  const fixture = makeTorrent(t, 1024 * 1024, { pieceLength: 65_536, trackers: [tracker.url] });
  const seed = await SwarmClient.start(t, { torrent: fixture.path, archives: fixture.complete });
  await seed.complete();
  const archives = path.join(lab.root, 'leech');
  mkdirSync(archives);
  const traceFile = path.join(lab.root, 'trace');
  // Nothing but the torrent: every other flag at its default, the ports apart.
  const flags = [`--torrent-file=${fixture.path}`, `--archives=${archives}`, '--listen-port=0', '--http-port=auto'];
  const leech = lab.start('strace', [
    '-f',
    '-qq',
    '-e',
    CALLS,
    '-o',
    traceFile,
    ENJAMBRE,
    'client',
    ...flags,
    '--exit-on-complete',
  ]);
  await leech.until('complete', () => leech.output.includes('[ended with 0]') || undefined, TIMEOUT_MS);
  const addresses = [...readFileSync(traceFile, 'utf8').matchAll(ADDRESS)].map(([, v4, v6]) => v4 ?? v6);
  assert.ok(addresses.length >= 2, 'the tracker and the seed were seen');
  for (const address of addresses) assert.match(address, /^127\.|^::1$|^::ffff:127\./);
  await seed.stop();
});
