// The client as the backend runs many: built into one file.

import { execFileSync } from 'node:child_process';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');
const BUILD = "const { buildClient } = await import('./tools/build-client.mjs'); await buildClient();";

export const BUILT_CLIENT = path.join(ROOT, 'apps/client/dist/client.cjs');

/** Builds it when it is older than its sources. */
export function buildClient(): void {
  execFileSync(process.execPath, ['--input-type=module', '--eval', BUILD], { cwd: ROOT });
}
