// `npm start`: installs and builds what is missing or stale, then runs tracker, backend and page until Ctrl-C.
// Starts under any Node from 20 on, before anything is installed: plain JavaScript, nothing but Node's own modules.
//
//   npm start                       then open the address that it prints
//   npm start -- --demo             with a sample torrent to watch
//   npm start -- --help             every flag

import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { buildClient } from './tools/build-client.mjs';
import { prepare, root, runOrExit } from './tools/install.mjs';
import { isFresh } from './tools/newest-change.mjs';

const page = path.join(root, 'apps/web');
/** Written last by a build, so that one that was interrupted is not taken for whole. */
const built = path.join(page, 'dist/index.html');
/** What it is made of. */
const sources = [page, path.join(root, 'packages/contract'), path.join(root, 'package-lock.json')];

await prepare();
await buildClient();
await buildPage();
await runOrExit(process.execPath, [path.join(root, 'apps/cli/main.ts'), 'start', ...process.argv.slice(2)]);

async function buildPage() {
  if (!existsSync(path.join(page, 'package.json'))) {
    process.stdout.write('There is no page to build (apps/web is missing); the API works without it.\n');
    return;
  }
  if (isFresh(built, sources)) return;
  process.stdout.write('Building the page…\n');
  const environment = { ...process.env, PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}` };
  await runOrExit('npm', ['run', '--silent', 'build', '-w', 'apps/web'], { env: environment });
}
