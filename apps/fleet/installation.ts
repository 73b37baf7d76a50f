// Where the programs and files of this installation are, seen from the backend.

import { join } from 'node:path';
import type { BackendOptions } from './backend.ts';
import { findClientBundle } from './drivers/process/client-bundle.ts';

const root = join(import.meta.dirname, '../..');

/** How the backend runs programs of this installation, and the page that it serves. */
export function installation(
  env: NodeJS.ProcessEnv,
): Pick<BackendOptions, 'command' | 'clientCommand' | 'env' | 'pageFolder'> {
  const command = [process.execPath, join(root, 'apps/cli/main.ts')];
  const bundle = findClientBundle(root);
  const clientCommand = bundle === undefined ? command : [process.execPath, bundle];
  return { command, clientCommand, env, pageFolder: join(root, 'apps/web/dist') };
}
