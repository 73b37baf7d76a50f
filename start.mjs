// `npm start`: installs and builds what is missing or stale, then runs tracker, backend and page until Ctrl-C.
// Starts under any Node from 20 on, before anything is installed: plain JavaScript, nothing but Node's own modules.
//
//   npm start                       then open the address that it prints
//   npm start -- --demo             with a sample torrent to watch
//   npm start -- --help             every flag

import path from 'node:path';
import process from 'node:process';
import { buildClient } from './tools/build-client.mjs';
import { buildPage } from './tools/build-page.mjs';
import { prepare, root, runOrExit } from './tools/install.mjs';

await prepare();
await buildClient();
await buildPage();
await runOrExit(path.join(root, 'apps/cli/bin/enjambre'), ['start', ...process.argv.slice(2)]);
