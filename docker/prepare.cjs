// Runs once, while the image is built: makes its folders, and starts each program once so that its compiled code is kept,
// which Node does for each user apart.

const { spawnSync } = require('node:child_process');
const { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const USER = 1000;
const CACHE = '/opt/enjambre/cache';
for (const folder of ['/config', '/downloads', CACHE]) {
  mkdirSync(folder, { recursive: true });
  chownSync(folder, USER, USER);
}

const home = mkdtempSync(join(tmpdir(), 'enjambre-'));
const torrent = join(home, 'one.torrent');
writeFileSync(torrent, `d4:infod6:lengthi1e4:name3:one12:piece lengthi16384e6:pieces20:${'x'.repeat(20)}ee`);
chownSync(home, USER, USER);
const env = { ...process.env, ENJAMBRE_HTTP_HOST: '127.0.0.1' };
const client = [
  'client',
  `--torrent-file=${torrent}`,
  `--archives=${home}`,
  '--listen-port=0',
  '--http-port=auto',
  '--timeout=0.3',
];
// The client's own code comes with it, of the Node that built it: made anew by this one.
spawnSync(process.execPath, ['/opt/enjambre/apps/client/dist/compile.cjs', ...client], { env });
rmSync(join(home, '.enjambre'), { recursive: true, force: true });
const runs = [client, ['backend', '--help'], ['tracker', '--help']];
for (const argv of runs) {
  const { status, stderr } = spawnSync('/opt/enjambre/enjambre', argv, { env, encoding: 'utf8', uid: USER, gid: USER });
  // 3: the client's time ran out, as it was to.
  if (status !== 0 && status !== 3) throw new Error(`enjambre ${argv[0]} ended with ${status}: ${stderr}`);
}
rmSync(home, { recursive: true });
// Read by all, changed by nobody.
for (const entry of [CACHE, ...readdirSync(CACHE, { recursive: true }).map((name) => join(CACHE, name))]) {
  chownSync(entry, 0, 0);
  chmodSync(entry, 0o755);
}
