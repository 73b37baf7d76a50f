// The client as one bundled file, which starts far sooner than its sources. Used only while it is newer than all of them:
// what runs is always what the sources say.

import { type Dirent, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const NOT_SOURCES = ['dist', 'node_modules'];

/** @param installation the folder that holds apps/ and packages/. Undefined when there is no bundle, or an old one */
export function findClientBundle(installation: string): string | undefined {
  const bundle = join(installation, 'apps/client/dist/client.cjs');
  try {
    const builtAt = statSync(bundle).mtimeMs;
    // In an image there are no sources.
    const folders = ['apps/client', 'packages'].map((folder) => join(installation, folder)).filter(existsSync);
    return folders.some((folder) => hasNewer(folder, builtAt)) ? undefined : bundle;
  } catch {
    return undefined;
  }
}

function hasNewer(folder: string, time: number): boolean {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.some((entry) => isNewer(folder, entry, time));
}

function isNewer(folder: string, entry: Dirent, time: number): boolean {
  const path = join(folder, entry.name);
  if (entry.isDirectory()) return !NOT_SOURCES.includes(entry.name) && hasNewer(path, time);
  return statSync(path).mtimeMs > time;
}
