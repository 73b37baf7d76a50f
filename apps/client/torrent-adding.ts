// The ways in which torrents come to this client: by flag, from what it remembers, from the watched folder, by its API.
// What is wrong with one of the first ends the start; with any other it is named, and the others go on.

import { existsSync } from 'node:fs';
import type { Logger } from '@enjambre/runtime';
import { ApiError, keeping, reasonOf, StartError } from './errors.ts';
import { MetainfoFile } from './state/metainfo-file.ts';
import type { StateFolder } from './state/state-folder.ts';
import type { TorrentEntry } from './torrent-entry.ts';
import type { TorrentList } from './torrent-list.ts';

export class TorrentAdding {
  readonly #list: TorrentList;
  readonly #state: StateFolder;
  readonly #logger: Logger;
  readonly #launch: (entry: TorrentEntry) => void;

  /** @param launch called for each that came after the start */
  constructor(list: TorrentList, state: StateFolder, logger: Logger, launch: (entry: TorrentEntry) => void) {
    this.#list = list;
    this.#state = state;
    this.#logger = logger;
    this.#launch = launch;
  }

  /** Those of the command line. @throws StartError that names the first that cannot be used */
  given(paths: readonly string[]): void {
    for (const path of paths) this.#list.add(MetainfoFile.read(path), 'flag');
  }

  /** Those that were sent before. One that was given as well is there already. */
  remembered(): void {
    for (const path of this.#state.torrentPaths) {
      this.#naming(path, () => {
        const metainfo = MetainfoFile.read(path);
        const isThere = this.#list.get(metainfo.description.infoHashV1.toHex()) !== undefined;
        if (!isThere) this.#list.add(metainfo, 'api');
      });
    }
  }

  /**
   * One that appeared there, has another name now, or looks otherwise than before.
   * Answers, when another torrent keeps it out for now, with that one's end.
   */
  watched(path: string): Promise<void> | undefined {
    let inItsWay: TorrentEntry | undefined;
    this.#naming(path, () => {
      const metainfo = MetainfoFile.read(path);
      const present = this.#list.get(metainfo.description.infoHashV1.toHex());
      if (present === undefined || present.isLeaving) {
        inItsWay = present ?? this.#list.conflictOf(metainfo)?.other;
        return this.#launch(this.#list.add(metainfo, 'watch'));
      }
      if (present.metainfo.path === path) return;
      // Renamed: the hashes of its pieces are read from there when they are needed again.
      if (existsSync(present.metainfo.path)) this.#list.add(metainfo, 'watch');
      else present.metainfo.moveTo(path);
    });
    return inItsWay?.gone.promise;
  }

  /**
   * One that a caller sends: kept from now on.
   * @param bytes of a .torrent
   * @throws ApiError; then nothing has changed
   */
  take(bytes: Uint8Array, paused: boolean): TorrentEntry {
    const sent = this.#read(bytes, '');
    const infoHash = sent.description.infoHashV1.toHex();
    const present = this.#list.get(infoHash);
    if (present !== undefined) {
      const code = present.isLeaving ? 'being-removed' : 'torrent-exists';
      throw new ApiError(
        409,
        code,
        `${present.torrent.metainfo.name} ${present.isLeaving ? 'is being removed' : 'is there already'}.`,
      );
    }
    const conflict = this.#list.conflictOf(sent);
    if (conflict !== undefined) {
      const code = conflict.other.isLeaving ? 'being-removed' : 'path-in-use';
      throw new ApiError(409, code, `${conflict.sentence}.`);
    }
    keeping(() => {
      // The mark first: by itself it means nothing, and a torrent that was refused must not be there after a restart.
      this.#state.setPaused(infoHash, paused);
      this.#state.keep(infoHash, bytes);
    });
    const entry = this.#list.add(this.#read(bytes, this.#state.torrentPath(infoHash)), 'api');
    this.#launch(entry);
    return entry;
  }

  #read(bytes: Uint8Array, path: string): MetainfoFile {
    try {
      return MetainfoFile.from(bytes, path);
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      const code = error.code === 'unsupported-torrent' ? 'unsupported-torrent' : 'not-a-torrent';
      throw new ApiError(400, code, `The body is ${error.message.replace(/^: /, '')}.`, { cause: error });
    }
  }

  #naming(path: string, add: () => void): void {
    try {
      add();
    } catch (error) {
      this.#logger.log('warn', error instanceof StartError ? error.message : `${path}: ${reasonOf(error)}`);
    }
  }
}
