// `npm run image`: makes dist/, which holds all that the image does and nothing else, and builds the image from it.
//
//   npm run image                                   enjambre:VERSION and enjambre:latest, on the engine that `docker` talks to
//   npm run image -- --tag=NAME --base=IMAGE --host=unix:///run/other.sock
//   npm run image -- --context-only                 dist/ alone, for another builder
//   npm run image -- --installed                    without looking for packages that are missing

import { rmSync } from 'node:fs';
import { chmod, copyFile, cp, mkdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildClient } from './build-client.mjs';
import { buildPage, builtPage } from './build-page.mjs';
import { prepare, root, runOrExit } from './install.mjs';

const dist = path.join(root, 'dist');
/** Where it is put together: two that build at once must not meet in one folder. */
const context = `${dist}-${process.pid}`;
/** Threads that the bundled code starts, as files beside it. */
const workers = ['packages/engine/storage/disk-worker.ts', 'packages/engine/creation/hash-worker.ts'];
/** What runs in the image beside the programs. */
const scripts = [
  import.meta.resolve('../docker/process-one.cjs'),
  import.meta.resolve('../docker/health.cjs'),
  import.meta.resolve('../docker/prepare.cjs'),
].map((url) => fileURLToPath(url));
const banner = `import { createRequire } from 'node:module';
const { filename: __filename, dirname: __dirname } = import.meta, require = createRequire(__filename);`;
const executable = 0o755;

/** Threads of the bundle are found beside it. */
const besideBundle = {
  name: 'beside the bundle',
  setup(build) {
    build.onLoad({ filter: /[/\\](?:worker-pool|piece-hashes)\.ts$/ }, async ({ path: file }) => {
      const text = await readFile(file, 'utf8');
      const contents = text.replace(/'\.\/((?:disk|hash)-worker)\.ts'/, "'./$1.mjs'");
      if (contents === text) throw new Error(`${file} starts no worker any more`);
      return { contents, loader: 'ts' };
    });
  },
};

const { values } = parseArgs({
  options: {
    base: { type: 'string' },
    tag: { type: 'string', multiple: true },
    host: { type: 'string' },
    'context-only': { type: 'boolean' },
    installed: { type: 'boolean' },
  },
});
/** The viewer of the API looks for its files beside its code, which is in the bundle now. */
const viewer = path.join(root, 'node_modules/@fastify/swagger-ui');
const viewerPlace = 'swagger-ui';
const besideViewer = {
  name: 'files of the viewer',
  setup(build) {
    build.onLoad(
      { filter: /[/\\]@fastify[/\\]swagger-ui[/\\](?:index|lib[/\\]routes)\.js$/ },
      async ({ path: file }) => {
        const folder = path.posix.join(viewerPlace, path.relative(viewer, path.dirname(file)));
        const text = await readFile(file, 'utf8');
        return { contents: text.replaceAll('__dirname', `(__dirname + '/${folder}')`), loader: 'js' };
      },
    );
  },
};

if (!values.installed) await prepare();
const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
await buildClient();
await buildPage();
// However it ends: what could not be built is not to lie about.
process.once('exit', () => rmSync(context, { recursive: true, force: true }));
await makeContext();
if (!values['context-only']) await buildImage();
await keepContext();

async function makeContext() {
  await mkdir(path.join(context, 'docker'), { recursive: true });
  await Promise.all([
    bundleCommand(),
    cp(path.join(root, 'apps/client/dist'), path.join(context, 'apps/client/dist'), { recursive: true }),
    cp(builtPage, path.join(context, 'apps/web/dist'), { recursive: true }),
    cp(path.join(viewer, 'static'), path.join(context, 'apps/cli', viewerPlace, 'static'), { recursive: true }),
    copyFile(path.join(root, 'LICENSE'), path.join(context, 'LICENSE')),
    ...scripts.map((file) => copyFile(file, path.join(context, 'docker', path.basename(file)))),
  ]);
  await copyFile(path.join(root, 'docker/enjambre'), path.join(context, 'enjambre'));
  await chmod(path.join(context, 'enjambre'), executable);
}

/** It becomes dist/, unless that of somebody who ended in the same moment is there already: it is as new. */
async function keepContext() {
  await rm(dist, { recursive: true, force: true });
  await rename(context, dist).catch((error) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
}

/** The command with every verb; parts that a verb does not need stay files of their own and are not loaded. */
async function bundleCommand() {
  const { build } = await import('esbuild');
  const options = {
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node26',
    outdir: path.join(context, 'apps/cli'),
    outExtension: { '.js': '.mjs' },
    // What npm packages were written for. They are bundled; what they look for and can do without is looked for then.
    banner: { js: banner },
    external: ['*.node', 'cpu-features'],
    logLevel: 'error',
  };
  await Promise.all([
    build({
      ...options,
      entryPoints: [path.join(root, 'apps/cli/main.ts')],
      splitting: true,
      plugins: [besideBundle, besideViewer],
    }),
    build({ ...options, entryPoints: workers.map((file) => path.join(root, file)), entryNames: '[name]' }),
  ]);
}

async function buildImage() {
  const tags = values.tag ?? [`enjambre:${version}`, 'enjambre:latest'];
  const host = values.host === undefined ? [] : ['--host', values.host];
  const base = values.base === undefined ? [] : ['--build-arg', `BASE=${values.base}`];
  const facts = ['--build-arg', `VERSION=${version}`, '--build-arg', `REVISION=${await revision()}`];
  const names = tags.flatMap((tag) => ['--tag', tag]);
  const file = ['--file', path.join(root, 'docker/Dockerfile')];
  await runOrExit('docker', [...host, 'build', ...base, ...facts, ...names, ...file, context]);
}

async function revision() {
  const { spawnSync } = await import('node:child_process');
  return spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).stdout?.trim() || 'unknown';
}
