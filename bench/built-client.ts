// The client as the backend runs many: built into one file.

import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { withFlags } from '../tests/interop/clients/enjambre.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const BUILD = "const { buildClient } = await import('./tools/build-client.mjs'); await buildClient();";

const BUILT_CLIENT = path.join(ROOT, 'apps/client/dist/client.cjs');

/** Started as the backend does, with the code that the build compiled. */
export const builtEnjambre = withFlags(
  'Enjambre, built',
  [],
  { NODE_COMPILE_CACHE: path.join(ROOT, 'node_modules/.cache/enjambre') },
  [process.execPath, BUILT_CLIENT],
);

/** Builds it when it is older than its sources. */
export function buildClient(): void {
  execFileSync(process.execPath, ['--input-type=module', '--eval', BUILD], { cwd: ROOT });
}
