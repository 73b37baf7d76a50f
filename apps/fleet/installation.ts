// Where the programs and files of this installation are, seen from the backend: the sources, or what was built from them
// for an image, which lies in folders of the same names.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BackendOptions } from './backend.ts';
import { findClientBundle } from './drivers/process/client-bundle.ts';

const root = join(import.meta.dirname, '../..');
/**
 * MiB for what is new. From the start: what a start leaves behind is then collected once, 4 ms of 93 of its processor time. And
 * no more later: a thousand torrents would leave 24 MiB more behind, and a download is no slower.
 */
const YOUNG_GENERATION = ['--min-semi-space-size=4', '--max-semi-space-size=4'];

/** How the backend runs programs of this installation, and the page that it serves. */
export function installation(
  env: NodeJS.ProcessEnv,
): Pick<BackendOptions, 'command' | 'clientCommand' | 'env' | 'pageFolder'> {
  const sources = join(root, 'apps/cli/main.ts');
  const command = [process.execPath, existsSync(sources) ? sources : join(root, 'apps/cli/main.mjs')];
  const bundle = findClientBundle(root);
  const clientCommand = bundle === undefined ? command : [process.execPath, ...YOUNG_GENERATION, bundle];
  return { command, clientCommand, env, pageFolder: join(root, 'apps/web/dist') };
}
