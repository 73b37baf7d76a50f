// Where a container may download to. Invariant: the folder that comes out is inside the root after every link on the way
// has been followed.

import { chown, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { makeFolder } from '@enjambre/runtime';
import type { Owner } from '../drivers/driver.ts';
import { FleetError, invalidField, reasonOf } from '../errors.ts';

/** Of a part, on every file system we know; of a whole path, less the room for what is downloaded there. */
const MAX_NAME_BYTES = 255;
const MAX_PATH_BYTES = 3_072;

/**
 * Makes the folder when it is missing.
 * @param folderPath absolute, or relative to the root
 * @param owner whom folders that are made shall belong to; undefined: us
 * @returns the folder as the system knows it, links resolved
 * @throws FleetError `path-outside-root`, `invalid-request`
 */
export async function placeDownloadFolder(root: string, folderPath: string, owner?: Owner): Promise<string> {
  if (folderPath.includes('\0')) throw invalidField('folderPath', 'a path has no zero bytes');
  refuseLong(folderPath);
  const realRoot = await realpath(root);
  const wanted = resolve(realRoot, folderPath);
  // Asked for by the root's own name: `/data` where that is a link to `/mnt/data`.
  const below = isInside(wanted, resolve(root)) ? join(realRoot, relative(resolve(root), wanted)) : wanted;
  if (!isInside(below, realRoot)) throw outside(folderPath, root);
  const { real, missing } = await resolveExisting(below);
  if (!isInside(real, realRoot)) throw outside(folderPath, root);
  const folder = join(real, missing);
  try {
    const first = await makeFolder(folder);
    if (first !== undefined && owner !== undefined) await giveAway(first, folder, owner);
  } catch (error) {
    throw invalidField('folderPath', `the folder cannot be made: ${reasonOf(error)}`);
  }
  // Somebody may have put a link there meanwhile.
  if (!isInside(await realpath(folder), realRoot)) throw outside(folderPath, root);
  return folder;
}

/** Before anything of it is made. */
function refuseLong(path: string): void {
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) throw invalidField('folderPath', `has ${MAX_PATH_BYTES} bytes at most`);
  if (path.split('/').some((name) => Buffer.byteLength(name) > MAX_NAME_BYTES)) {
    throw invalidField('folderPath', `the name of a folder has ${MAX_NAME_BYTES} bytes at most`);
  }
}

/** Every folder from the first to the last. */
async function giveAway(first: string, last: string, { uid, gid }: Owner): Promise<void> {
  for (let folder = last; isInside(folder, first); folder = dirname(folder)) await chown(folder, uid, gid);
}

/** True for the folder itself too. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/** The deepest part that is there, links resolved, and the rest. */
async function resolveExisting(path: string): Promise<{ real: string; missing: string }> {
  for (let existing = path; ; existing = dirname(existing)) {
    const real = await realpath(existing).catch(() => undefined);
    if (real !== undefined) return { real, missing: relative(existing, path) };
  }
}

function outside(folderPath: string, root: string): FleetError {
  return new FleetError('path-outside-root', `${JSON.stringify(folderPath)} leads out of ${root}.`, {
    field: 'folderPath',
  });
}
