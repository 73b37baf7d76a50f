// What a torrent has put on the disk: measured and deleted. Invariant: only its own files, and folders that are empty
// then; no link is followed, nothing outside the root is touched.

import { lstat, readdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { STATE_FOLDER, type TorrentFile } from '@enjambre/metainfo';
import { isInside } from './download-folder.ts';

/** What the system counts blocks in, whatever the disk's own are. */
const BLOCK_LENGTH = 512;

/** Absolute paths of the files of a torrent in a folder. */
export function filesOf(torrent: TorrentFile, folder: string): string[] {
  return torrent.files.filter((file) => !file.padding).map((file) => join(folder, file.path));
}

/** Bytes that they take on the disk: sparse parts take none. */
export async function measureFiles(paths: readonly string[], folder: string): Promise<number> {
  let bytes = 0;
  const safe = new SafeFolders(folder);
  for (const path of paths) {
    const stats = (await safe.holds(path)) ? await lstat(path).catch(() => undefined) : undefined;
    if (stats?.isFile() === true) bytes += Math.min(stats.size, stats.blocks * BLOCK_LENGTH);
  }
  return bytes;
}

/** Deletes them, the folders that they leave empty (up to `folder` itself), and what was remembered of the torrent. */
export async function deleteFiles(
  paths: readonly string[],
  { folder, root, infoHash }: { readonly folder: string; readonly root: string; readonly infoHash: string },
): Promise<void> {
  if (!isInside(folder, root)) return;
  const safe = new SafeFolders(folder);
  const folders = new Set<string>();
  for (const path of paths) {
    if (!(await safe.holds(path))) continue;
    // A link that stands in the place of a file is taken away itself; a folder there is not ours.
    const stats = await lstat(path).catch(() => undefined);
    if (stats !== undefined && !stats.isDirectory()) await rm(path, { force: true });
    for (let parent = dirname(path); parent !== folder && isInside(parent, folder); parent = dirname(parent)) {
      folders.add(parent);
    }
  }
  await deleteState(join(folder, STATE_FOLDER), infoHash);
  // The deepest first.
  const emptied = [...folders].sort((one, other) => other.length - one.length);
  for (const path of [...emptied, join(folder, STATE_FOLDER), ...(folder === root ? [] : [folder])]) {
    await rmdir(path).catch(() => {});
  }
}

async function deleteState(stateFolder: string, infoHash: string): Promise<void> {
  const stats = await lstat(stateFolder).catch(() => undefined);
  if (stats?.isDirectory() !== true) return;
  const names = (await readdir(stateFolder)).filter((name) => name.startsWith(`${infoHash}.`));
  for (const name of names) await rm(join(stateFolder, name), { recursive: true, force: true });
}

/** Which folders below one can be walked without following a link. Each is looked at once. */
class SafeFolders {
  readonly #top: string;
  readonly #known = new Map<string, boolean>();

  constructor(top: string) {
    this.#top = top;
    this.#known.set(top, true);
  }

  /** Whether every folder between the top and the file is a real one. */
  async holds(path: string): Promise<boolean> {
    if (!isInside(path, this.#top) || path === this.#top) return false;
    return this.#isSafe(dirname(path));
  }

  async #isSafe(folder: string): Promise<boolean> {
    const known = this.#known.get(folder);
    if (known !== undefined) return known;
    const safe = (await this.#isSafe(dirname(folder))) && (await isFolder(folder));
    this.#known.set(folder, safe);
    return safe;
  }
}

async function isFolder(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  return stats?.isDirectory() === true;
}
