// Builds the page unless it is there and newer than its sources.

import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { root, runOrExit } from './install.mjs';
import { isFresh } from './newest-change.mjs';

const page = path.join(root, 'apps/web');
export const builtPage = path.join(page, 'dist');
/** Written last by a build, so that one that was interrupted is not taken for whole. */
const built = path.join(builtPage, 'index.html');
/** What it is made of. */
const sources = [page, path.join(root, 'packages/contract'), path.join(root, 'package-lock.json')];

export async function buildPage() {
  if (!existsSync(path.join(page, 'package.json'))) {
    process.stdout.write('There is no page to build (apps/web is missing); the API works without it.\n');
    return;
  }
  if (isFresh(built, sources)) return;
  process.stdout.write('Building the page…\n');
  const environment = { ...process.env, PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}` };
  await runOrExit('npm', ['run', '--silent', 'build', '-w', 'apps/web'], { env: environment });
}
