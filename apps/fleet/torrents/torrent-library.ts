// The .torrent files that the backend keeps, in one folder. Invariant: each was readable when it came, its name is safe,
// and a name never changes its content.

import { randomUUID } from 'node:crypto';
import { link, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { SafePaths } from '@enjambre/metainfo';
import { makeFolder } from '@enjambre/runtime';
import { FleetError, notKept } from '../errors.ts';
import { parseTorrent, summarize, type TorrentSummary } from './torrent-summary.ts';

/** A .torrent of a million pieces is longer, and none that people pass on is. */
export const MAX_TORRENT_LENGTH = 10 * 1024 * 1024;
const EXTENSION = '.torrent';

export interface StoredFile {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly size: number;
  /** Undefined when somebody put a file there that cannot be used. */
  readonly summary: TorrentSummary | undefined;
}

export class TorrentLibrary {
  readonly #folder: string;
  /** By name, with the version of the file that was read. */
  readonly #read = new Map<string, { readonly version: string; readonly summary: TorrentSummary | undefined }>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async open(): Promise<void> {
    await makeFolder(this.#folder);
  }

  /** In the order of their names. */
  async list(): Promise<StoredFile[]> {
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith(EXTENSION)).sort();
    const files: StoredFile[] = [];
    for (const name of names) {
      const file = await this.#describe(name);
      if (file !== undefined) files.push(file);
    }
    return files;
  }

  /**
   * @param reference the stored name, or a path inside the folder as `list` gives it
   * @throws FleetError `torrent-not-found`, `not-a-torrent`, `unsupported-torrent`
   */
  async read(reference: string): Promise<{ name: string; bytes: Buffer; torrent: ReturnType<typeof parseTorrent> }> {
    const name = this.#nameOf(reference);
    const bytes = name === undefined ? undefined : await readFile(join(this.#folder, name)).catch(() => undefined);
    if (name === undefined || bytes === undefined) {
      throw new FleetError(
        'torrent-not-found',
        `There is no torrent ${JSON.stringify(reference)} here; upload it first.`,
        {
          field: 'torrentFile',
        },
      );
    }
    return { name, bytes, torrent: parseTorrent(bytes) };
  }

  /**
   * Keeps it; the same content under the same name again changes nothing.
   * @param fileName as the caller calls it
   * @throws FleetError `not-a-torrent`, `unsupported-torrent`, `name-taken`, `not-kept`
   */
  async add(fileName: string, bytes: Uint8Array): Promise<StoredFile & { readonly summary: TorrentSummary }> {
    const summary = summarize(parseTorrent(bytes));
    const name = safeFileName(fileName);
    const path = join(this.#folder, name);
    const draft = join(this.#folder, `.${randomUUID()}`);
    try {
      await writeFile(draft, bytes);
      // Fails when the name is taken, whoever was quicker.
      await link(draft, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw notKept(error);
      if (!(await readFile(path)).equals(bytes)) {
        throw new FleetError('name-taken', `Another torrent is kept as ${JSON.stringify(name)}.`, { field: 'file' });
      }
    } finally {
      await rm(draft, { force: true });
    }
    return { name, path, size: bytes.length, summary };
  }

  /** @throws FleetError `torrent-not-found` */
  async delete(reference: string): Promise<void> {
    const name = this.#nameOf(reference);
    try {
      if (name === undefined) throw new Error('not a name of ours');
      await rm(join(this.#folder, name));
      this.#read.delete(name);
    } catch (error) {
      throw new FleetError('torrent-not-found', `There is no torrent ${JSON.stringify(reference)} here.`, {
        cause: error,
      });
    }
  }

  /** Undefined for what is no name of a file in the folder itself. */
  #nameOf(reference: string): string | undefined {
    const path = resolve(this.#folder, reference);
    const name = basename(path);
    const isInside = dirname(path) === resolve(this.#folder) && !reference.includes('\0');
    return isInside && name.endsWith(EXTENSION) ? name : undefined;
  }

  async #describe(name: string): Promise<StoredFile | undefined> {
    const path = join(this.#folder, name);
    const stats = await stat(path).catch(() => undefined);
    if (stats?.isFile() !== true) return undefined;
    const version = `${stats.size} ${stats.mtimeMs} ${stats.ino}`;
    let known = this.#read.get(name);
    if (known?.version !== version) {
      known = { version, summary: stats.size > MAX_TORRENT_LENGTH ? undefined : await trySummary(path) };
      this.#read.set(name, known);
    }
    return { name, path, size: stats.size, summary: known.summary };
  }
}

async function trySummary(path: string): Promise<TorrentSummary | undefined> {
  try {
    return summarize(parseTorrent(await readFile(path)));
  } catch {
    // It is listed all the same, so that it can be deleted.
    return undefined;
  }
}

/** One component of a path that ends with `.torrent`; folders that the caller names are left out. */
function safeFileName(fileName: string): string {
  const last = fileName.split(/[/\\]/).at(-1) ?? '';
  const stem = last.toLowerCase().endsWith(EXTENSION) ? last.slice(0, -EXTENSION.length) : last;
  return new SafePaths().place([`${stem.replace(/^\.+/, '') || 'unnamed'}${EXTENSION}`]);
}
