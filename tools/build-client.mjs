// Bundles the client into one file, for backends that run many: it starts in a sixth of the processor time of the
// TypeScript sources and keeps 45 MB less. CommonJS, since `import 'node:http'` in a module loads more than `require`.
// Nothing needs it: without it, or when the sources are newer, clients run from the sources.

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { root } from './install.mjs';
import { isFresh } from './newest-change.mjs';

const folder = path.join(root, 'apps/client/dist');
const built = path.join(folder, 'client.cjs');
const sources = ['apps/client', 'packages', 'tools/build-client.mjs'].map((place) => path.join(root, place));

/**
 * The same as what apps/cli does for this verb, without the others. First, Node's expression for IPv6 addresses, which
 * every `listen` on a host runs: V8 makes byte code of it, and then machine code at its second use. Machine code at once
 * costs 1.5 ms instead of 8. The flag must be back before another module of Node is loaded: their code cache is for one
 * set of flags.
 */
const entry = `
import { isIPv6 } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { client } from './main.ts';
setFlagsFromString('--no-regexp-tier-up');
isIPv6('::1');
setFlagsFromString('--regexp-tier-up');
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
const io = { stdout: process.stdout, stderr: process.stderr };
client(process.argv.slice(3), process.env, io).then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write('enjambre: this is a bug: ' + (error instanceof Error ? error.stack : error) + '\\n');
    process.exit(1);
  },
);
`;

/** Workers are files of their own, found beside the bundle. */
const workers = {
  name: 'workers',
  setup(build) {
    build.onLoad({ filter: /[/\\]worker-pool\.ts$/ }, async ({ path: file }) => {
      const text = await readFile(file, 'utf8');
      if (!text.includes("'./disk-worker.ts'")) throw new Error(`${file} starts no ./disk-worker.ts any more`);
      return { contents: text.replace("'./disk-worker.ts'", "'./disk-worker.cjs'"), loader: 'ts' };
    });
  },
};

/** Modules of Node that most clients need late or never: loaded on first use they cost the start nothing. */
const LATE = /= require\("(node:(?:https|dns|dns\/promises|zlib|worker_threads|timers\/promises|fs\/promises))"\);/g;
const loadLate = `const late = (name) => new Proxy({}, { get: (_, key) => require(name)[key] });\n`;

/** Builds it unless it is there and newer than its sources. */
export async function buildClient() {
  if (isFresh(built, sources)) return;
  const { build } = await import('esbuild');
  const options = {
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node26',
    define: { 'import.meta.url': 'bundleUrl' },
    banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    plugins: [workers],
    logLevel: 'error',
  };
  await build({
    ...options,
    entryPoints: [path.join(root, 'packages/engine/storage/disk-worker.ts')],
    outfile: path.join(folder, 'disk-worker.cjs'),
  });
  await build({
    ...options,
    stdin: { contents: entry, resolveDir: path.join(root, 'apps/client'), loader: 'ts' },
    outfile: `${built}.new`,
  });
  const text = await readFile(`${built}.new`, 'utf8');
  await writeFile(`${built}.new`, loadLate + text.replaceAll(LATE, '= late("$1");'));
  // Last and in one step: whoever looks meanwhile finds the old one or none.
  await rename(`${built}.new`, built);
  await warmCodeCache();
}

/**
 * Starts the client once, asks how it is and ends it, so that the compiled code of all that is kept where the launcher has
 * every program look.
 */
async function warmCodeCache() {
  const home = await mkdtemp(path.join(tmpdir(), 'enjambre-warm-'));
  const torrent = path.join(home, 'one.torrent');
  await writeFile(torrent, `d4:infod6:lengthi1e4:name3:one12:piece lengthi16384e6:pieces20:${'x'.repeat(20)}ee`);
  const loopback = ['--listen-host=127.0.0.1', '--listen-port=0', '--http-port=auto'];
  const place = [`--torrent-file=${torrent}`, `--archives=${home}`, `--run-file=${path.join(home, 'run.json')}`];
  const token = 'as the backend has it';
  const cache = path.join(root, 'node_modules/.cache/enjambre');
  const env = { ...process.env, NODE_COMPILE_CACHE: cache, ENJAMBRE_TOKEN: token };
  const client = spawn(process.execPath, [built, 'client', ...place, ...loopback, '--timeout=2'], { env });
  client.stdout.on('data', (line) => {
    const port = /"httpPort":(\d+)/.exec(line)?.[1];
    if (port === undefined) return;
    fetch(`http://127.0.0.1:${port}/status`, { headers: { authorization: `Bearer ${token}` } })
      .then((answer) => answer.text())
      .finally(() => client.kill());
  });
  await new Promise((resolve) => client.once('close', resolve).once('error', resolve));
  await rm(home, { recursive: true, force: true });
}
