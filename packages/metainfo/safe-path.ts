// Where a torrent's files are written: every path relative, below one folder, and no two the same file.
// Invariant: the same torrent gives the same paths; a path is taken once, whatever the disk thinks of case and accents.

import { collisionKey, numberedName, safeName } from './safe-name.ts';

/** Our own state lies in this folder beside the downloads; no torrent may write there. */
export const STATE_FOLDER = '.enjambre';
/** Linux takes 4,096 bytes for a whole path; this leaves room for the folder in front. */
const MAX_PATH_BYTES = 3072;

class Folder {
  /** By what the torrent calls them, so that a folder named twice is one folder. */
  readonly folders = new Map<string, { name: string; folder: Folder }>();
  readonly #taken = new Set<string>();
  /** Where to go on looking for a free number, so that many equal names don't cost their square. */
  #nextNumber: Map<string, number> | undefined;

  /** A free name made from what the torrent says. */
  take(original: string): string {
    const wanted = safeName(original);
    const key = collisionKey(wanted);
    if (this.#claim(key)) return wanted;
    for (let number = this.#nextNumber?.get(key) ?? 2; ; number++) {
      const name = numberedName(wanted, number);
      if (!this.#claim(collisionKey(name))) continue;
      this.#nextNumber ??= new Map();
      this.#nextNumber.set(key, number + 1);
      return name;
    }
  }

  #claim(key: string): boolean {
    const before = this.#taken.size;
    return this.#taken.add(key).size > before;
  }
}

/** Hands out the paths of one torrent, file by file in the torrent's order. */
export class SafePaths {
  readonly #root = new Folder();

  constructor() {
    this.#root.take(STATE_FOLDER);
  }

  /**
   * A path of its own for that file, `/` between its parts.
   * @param original folders and file as the torrent names them, at least one
   */
  place(original: readonly string[]): string {
    let folder = this.#root;
    let path = '';
    const last = original.length - 1;
    for (let depth = 0; depth < last; depth++) {
      let entry = folder.folders.get(original[depth]);
      if (entry === undefined) {
        entry = { name: folder.take(original[depth]), folder: new Folder() };
        folder.folders.set(original[depth], entry);
      }
      // Folders that lead too deep are left out; the file stands in the last one that fits.
      const deeper = `${path}${entry.name}/`;
      if (deeper.length * 3 > MAX_PATH_BYTES && Buffer.byteLength(deeper) > MAX_PATH_BYTES) break;
      path = deeper;
      folder = entry.folder;
    }
    return path + folder.take(original[last]);
  }
}
