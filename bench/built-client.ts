// The client as the backend runs many: built into one file.

import { execFileSync } from 'node:child_process';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');
const BUILD = "const { buildClient } = await import('./tools/build-client.mjs'); await buildClient();";

const BUILT_CLIENT = path.join(ROOT, 'apps/client/dist/client.cjs');

/** As apps/fleet/installation.ts has it. */
const YOUNG_GENERATION = ['--min-semi-space-size=4', '--max-semi-space-size=4'];
/** What starts it, as the backend does: with the code that the build compiled. */
export const builtCommand: readonly [string, ...string[]] = [process.execPath, ...YOUNG_GENERATION, BUILT_CLIENT];
/** Belongs to it, and to the floors: Node's own modules are compiled already, too. */
export const builtEnvironment = { NODE_COMPILE_CACHE: path.join(ROOT, 'node_modules/.cache/enjambre') };

/** Builds it when it is older than its sources. */
export function buildClient(): void {
  execFileSync(process.execPath, ['--input-type=module', '--eval', BUILD], { cwd: ROOT });
}
