// `npm run bench -- SCENARIO`: comparisons with other clients on this machine. Nothing else should run meanwhile.

import { spawnSync } from 'node:child_process';
import { fleet } from './fleet.ts';
import { leech } from './leech.ts';

const scenarios: Readonly<Record<string, { says: string; run: () => Promise<void> }>> = {
  fleet: { says: '100 clients by the backend beside 100 bare HTTP servers, and the backend at rest', run: fleet },
  leech: { says: '1 GiB from one libtorrent seeder into memory: libtorrent, tuned libtorrent, Enjambre', run: leech },
};

const name = process.argv[2];
const scenario = scenarios[name ?? ''];
if (scenario === undefined) {
  if (name !== undefined) process.stderr.write(`bench: no scenario ${JSON.stringify(name)}\n`);
  process.stdout.write("npm run bench -- SCENARIO; needs Debian's python3-libtorrent and 4 GiB in /dev/shm\n\n");
  for (const [word, { says }] of Object.entries(scenarios)) process.stdout.write(`  ${word}  ${says}\n`);
  process.exit(name === undefined ? 0 : 2);
}
if (spawnSync('/usr/bin/python3', ['-c', 'import libtorrent']).status !== 0) {
  process.stderr.write('bench: apt-get install python3-libtorrent\n');
  process.exit(2);
}
await scenario.run();
