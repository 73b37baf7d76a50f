// Bundles the client into one file, for backends that run many: it starts in a sixth of the processor time of the
// TypeScript sources and keeps 45 MB less. CommonJS, since `import 'node:http'` in a module loads more than `require`.
// Nothing needs it: without it, or when the sources are newer, clients run from the sources.
//
// dist/client.cjs is what is started: it loads program-HASH.cjs with the compiled code of program-HASH.code, made by
// compile.cjs. Node's own compile cache has only what is compiled before anything runs: 400 functions were compiled anew
// by each client, 10 of its 75 ms.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { root } from './install.mjs';
import { isFresh } from './newest-change.mjs';

const folder = path.join(root, 'apps/client/dist');
const built = path.join(folder, 'client.cjs');
/** Its exit code when it was not complete by then. */
const TIME_RAN_OUT = 3;
const sources = ['apps/client', 'packages', 'tools/build-client.mjs', 'tools/light-modules.mjs'].map((place) =>
  path.join(root, place),
);

/**
 * The same as what apps/cli does for this verb, without the others. V8's flags stay as they are: machine code at once for
 * Node's expression for IPv6 addresses (`--no-regexp-tier-up` for a moment) saved 6 ms, and ended one start in 300 by a
 * failed check of V8's.
 */
const entry = `
import { client } from './main.ts';
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
const LATE = /= require\("node:(https|dns|dns\/promises|zlib|worker_threads|timers\/promises|crypto|fs\/promises)"\);/g;
/** Those of which a start needs a little. */
const LIGHT = { crypto: 'light.crypto', 'fs/promises': 'light.fsPromises' };

/** Builds it unless it is there and newer than its sources. */
export async function buildClient() {
  if (isFresh(built, sources)) return;
  const { build, transform } = await import('esbuild');
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
  const light = await build({
    ...{ ...options, banner: {}, plugins: [], format: 'iife', globalName: 'light', write: false },
    entryPoints: [path.join(root, 'tools/light-modules.mjs')],
  });
  const program = (await readFile(`${built}.new`, 'utf8')).replaceAll(
    LATE,
    (_, name) => `= ${LIGHT[name] ?? `light.late("node:${name}")`};`,
  );
  // A quarter less to read at each start; names stay, and lines short enough to find what a stack names.
  const dense = await transform(light.outputFiles[0].text + program, { minifyWhitespace: true, lineLimit: 120 });
  const text = ascii(dense.code);
  // V8 takes code for its source when the lengths are equal: code and source share a name that no other source has.
  const name = `program-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
  await removeOldPrograms();
  await writeFile(path.join(folder, `${name}.cjs`), `(function (require, __filename) {${text}\n})`);
  await writeFile(path.join(folder, 'compile.cjs'), loader(name, keepCode));
  await writeFile(`${built}.new`, loader(name, ''));
  await compile();
  // Last and in one step: whoever looks meanwhile finds the old one or none.
  await rename(`${built}.new`, built);
}

/** Read without a look at what it means: 3 ms sooner than as UTF-8. Escapes mean the same in texts and expressions. */
const ascii = (text) =>
  text.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/**
 * Runs the program as if it stood here. Code of another Node is refused by V8; then it starts a little later. Both files are read
 * into the same memory, one after the other: new memory costs up to 14 µs for each 4 KiB of it, 2 ms a start.
 */
const loader = (program, then) => `'use strict';
const fs = require('node:fs');
const { Script } = require('node:vm');
const filename = __dirname + '/${program}.cjs';
const codeFile = __dirname + '/${program}.code';
let memory = Buffer.alloc(0);
function read(file) {
  const opened = fs.openSync(file);
  const { size } = fs.fstatSync(opened);
  if (size > memory.length) memory = Buffer.allocUnsafeSlow(size);
  const bytes = memory.subarray(0, fs.readSync(opened, memory, 0, size));
  fs.closeSync(opened);
  return bytes;
}
const source = read(filename).latin1Slice();
let cachedData;
try {
  cachedData = read(codeFile);
} catch {}
const script = new Script(source, { filename, cachedData });
script.runInThisContext()(require, filename);
${then}`;

/** All that was compiled until the end. */
const keepCode = `process.once('exit', () => {
  fs.writeFileSync(codeFile + '.new', script.createCachedData());
  fs.renameSync(codeFile + '.new', codeFile);
});
`;

/** But for those of the last build: a client may be starting from them. */
async function removeOldPrograms() {
  const loader = await readFile(built, 'utf8').catch(() => '');
  const last = /program-[0-9a-f]+/.exec(loader)?.[0] ?? 'program-';
  const names = await readdir(folder);
  const old = names.filter((name) => name.startsWith('program-') && !name.startsWith(last));
  for (const name of old) await rm(path.join(folder, name));
}

/** Runs the client for a moment and asks it what a backend asks. */
async function compile() {
  const home = await mkdtemp(path.join(tmpdir(), 'enjambre-compile-'));
  const torrent = path.join(home, 'one.torrent');
  await writeFile(torrent, `d4:infod6:lengthi1e4:name3:one12:piece lengthi16384e6:pieces20:${'x'.repeat(20)}ee`);
  const loopback = ['--listen-host=127.0.0.1', '--listen-port=0', '--http-port=auto'];
  const place = [`--torrent-file=${torrent}`, `--archives=${home}`, `--run-file=${path.join(home, 'run.json')}`];
  const token = 'as-the-backend-has-it';
  const env = { ...process.env, ENJAMBRE_TOKEN: token };
  const argv = [path.join(folder, 'compile.cjs'), 'client', ...place, ...loopback, '--timeout=1.5'];
  const client = spawn(process.execPath, argv, { env });
  client.stdout.on('data', (line) => {
    const port = /"httpPort":(\d+)/.exec(line)?.[1];
    if (port === undefined) return;
    const questions = ['/status', '/api/v1/torrents?limit=1&sort=state'];
    const headers = { authorization: `Bearer ${token}` };
    for (const question of questions) void fetch(`http://127.0.0.1:${port}${question}`, { headers });
  });
  const [code] = await once(client, 'close');
  if (code !== TIME_RAN_OUT) throw new Error(`the client that was built ended with ${code}`);
  await rm(home, { recursive: true, force: true });
}
