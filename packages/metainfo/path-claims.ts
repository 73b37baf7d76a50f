// Which torrents lie at which paths of one folder, so that no two write other bytes to the same file. Pure.
// Invariant: a torrent that shares its root with no other costs one entry, however many files it has.

import { collisionKey, safeName } from './safe-name.ts';
import type { TorrentFile, TorrentFileEntry } from './torrent-file.ts';

/** What has to be known of a torrent that lies there, or is to. */
export interface ClaimingTorrent {
  readonly layout: Pick<TorrentFile, 'files' | 'geometry'>;
  /** 20 bytes a piece; undefined when they cannot be had. Asked for only where a file of that path and size is there. */
  readonly hashes: () => Uint8Array | undefined;
}

/** Both have that path, and it cannot be right for both: as a file of other content, or one has a folder there. */
export interface PathConflict<Torrent> {
  readonly path: string;
  readonly kind: 'content' | 'folder';
  readonly other: Torrent;
}

/** Somebody's file or folder. */
interface Spot<Torrent> {
  readonly torrent: Torrent;
  readonly path: string;
  /** Undefined for a folder. */
  readonly file: TorrentFileEntry | undefined;
}

const HASH_LENGTH = 20;

export class PathClaims<Torrent extends ClaimingTorrent> {
  readonly #roots = new Map<string, SharedRoot<Torrent>>();
  readonly #askDisk: () => boolean;
  #foldsCase: boolean | undefined;

  /** @param foldsCase whether the disk takes names that differ in case alone for one; asked once, when there are such */
  constructor(foldsCase: () => boolean) {
    this.#askDisk = foldsCase;
  }

  claim(torrent: Torrent): void {
    const key = rootKeyOf(torrent);
    if (key === undefined) return;
    const root = this.#roots.get(key);
    if (root === undefined) this.#roots.set(key, new SharedRoot(torrent));
    else root.add(torrent);
  }

  release(torrent: Torrent): void {
    const key = rootKeyOf(torrent);
    const root = key === undefined ? undefined : this.#roots.get(key);
    root?.delete(torrent);
    if (root?.torrents.size === 0) this.#roots.delete(key!);
  }

  /** Why that torrent cannot lie beside those that are here: the first of its files that is to blame. */
  conflictOf(torrent: ClaimingTorrent): PathConflict<Torrent> | undefined {
    const root = this.#rootOf(torrent);
    if (root === undefined) return undefined;
    for (const spot of spotsOf(torrent)) {
      const { path, file } = spot;
      const isHere = (there: Spot<Torrent>): boolean => this.#isSame(there.path, path);
      const inTheWay = root.filesAt(path).find((there) => isHere(there) && (!file || !mayBeEqual(spot, there)));
      if (inTheWay !== undefined) return { path, kind: file ? 'content' : 'folder', other: inTheWay.torrent };
      const folder = file && root.foldersAt(path).find(isHere);
      if (folder !== undefined) return { path, kind: 'folder', other: folder.torrent };
    }
    return undefined;
  }

  /** Another that has that file as well. */
  sharerOf(torrent: Torrent, path: string): Torrent | undefined {
    const there = this.#rootOf(torrent)?.filesAt(path) ?? [];
    return there.find((spot) => spot.torrent !== torrent && this.#isSame(spot.path, path))?.torrent;
  }

  #rootOf(torrent: ClaimingTorrent): SharedRoot<Torrent> | undefined {
    const key = rootKeyOf(torrent);
    return key === undefined ? undefined : this.#roots.get(key);
  }

  #isSame(one: string, other: string): boolean {
    if (one === other) return true;
    this.#foldsCase ??= this.#askDisk();
    return this.#foldsCase;
  }
}

/** Those whose paths begin with the same name. Their files are listed when somebody first asks for one. */
class SharedRoot<Torrent extends ClaimingTorrent> {
  readonly torrents: Set<Torrent>;
  #files: Map<string, Spot<Torrent>[]> | undefined;
  readonly #folders = new Map<string, Spot<Torrent>[]>();

  constructor(first: Torrent) {
    this.torrents = new Set([first]);
  }

  add(torrent: Torrent): void {
    this.torrents.add(torrent);
    if (this.#files !== undefined) this.#list(torrent, this.#files);
  }

  delete(torrent: Torrent): void {
    this.torrents.delete(torrent);
    if (this.#files === undefined) return;
    for (const { path, file } of spotsOf(torrent)) {
      const map = file === undefined ? this.#folders : this.#files;
      const key = collisionKey(path);
      const left = (map.get(key) ?? []).filter((spot) => spot.torrent !== torrent);
      if (left.length > 0) map.set(key, left);
      else map.delete(key);
    }
  }

  filesAt(path: string): readonly Spot<Torrent>[] {
    return this.#listed().get(collisionKey(path)) ?? [];
  }

  foldersAt(path: string): readonly Spot<Torrent>[] {
    this.#listed();
    return this.#folders.get(collisionKey(path)) ?? [];
  }

  #listed(): Map<string, Spot<Torrent>[]> {
    if (this.#files !== undefined) return this.#files;
    this.#files = new Map();
    for (const torrent of this.torrents) this.#list(torrent, this.#files);
    return this.#files;
  }

  #list(torrent: Torrent, files: Map<string, Spot<Torrent>[]>): void {
    for (const spot of spotsOf(torrent)) {
      const map = spot.file === undefined ? this.#folders : files;
      const key = collisionKey(spot.path);
      const there = map.get(key);
      if (there === undefined) map.set(key, [spot]);
      else there.push(spot);
    }
  }
}

/** Each folder once, and each file and link; padding and links that are left out lie nowhere. */
function* spotsOf<Torrent extends ClaimingTorrent>(torrent: Torrent): Generator<Spot<Torrent>> {
  const folders = new Set<string>();
  for (const file of torrent.layout.files) {
    if (!liesSomewhere(file)) continue;
    for (let end = file.path.lastIndexOf('/'); end > 0; end = file.path.lastIndexOf('/', end - 1)) {
      const path = file.path.slice(0, end);
      // Those above it were met with it.
      if (folders.has(path)) break;
      folders.add(path);
      yield { torrent, path, file: undefined };
    }
    yield { torrent, path: file.path, file };
  }
}

function liesSomewhere({ padding, linkTarget }: TorrentFileEntry): boolean {
  return !padding && linkTarget !== '';
}

/** Torrents whose names have another key have no path in common. */
export function rootKey(name: string): string {
  return collisionKey(safeName(name));
}

/** All paths of a torrent begin with the same name. */
function rootKeyOf({ layout }: ClaimingTorrent): string | undefined {
  const path = layout.files.find(liesSomewhere)?.path;
  if (path === undefined) return undefined;
  const end = path.indexOf('/');
  return collisionKey(end < 0 ? path : path.slice(0, end));
}

/** False when they surely differ: many people have one file in two torrents, and then it is written alike by both. */
function mayBeEqual(one: Spot<ClaimingTorrent>, other: Spot<ClaimingTorrent>): boolean {
  const [ours, theirs] = [one.file!, other.file!];
  // A link has no bytes: one that is there is left as it is.
  if ((ours.linkTarget === undefined) !== (theirs.linkTarget === undefined)) return false;
  if (ours.size !== theirs.size) return false;
  const { pieceLength } = one.torrent.layout.geometry;
  const shift = ours.offset - theirs.offset;
  // Pieces that are cut otherwise cannot be compared.
  if (ours.size === 0 || pieceLength !== other.torrent.layout.geometry.pieceLength || shift % pieceLength !== 0)
    return true;
  const [ourHashes, theirHashes] = [one.torrent.hashes(), other.torrent.hashes()];
  if (ourHashes === undefined || theirHashes === undefined) return true;
  return wholePieces(one).every((index) => {
    const there = index - shift / pieceLength;
    // The last piece of a torrent is cut where the torrent ends.
    if (one.torrent.layout.geometry.pieceSize(index) !== other.torrent.layout.geometry.pieceSize(there)) return true;
    return Buffer.compare(hashAt(ourHashes, index), hashAt(theirHashes, there)) === 0;
  });
}

/** Pieces that hold bytes of that file alone. */
function wholePieces({ file, torrent }: Spot<ClaimingTorrent>): number[] {
  const { offset, size } = file!;
  const { geometry } = torrent.layout;
  const indexes: number[] = [];
  for (let index = Math.ceil(offset / geometry.pieceLength); index < geometry.pieceCount; index++) {
    if (index * geometry.pieceLength + geometry.pieceSize(index) > offset + size) break;
    indexes.push(index);
  }
  return indexes;
}

function hashAt(hashes: Uint8Array, index: number): Uint8Array {
  return hashes.subarray(index * HASH_LENGTH, (index + 1) * HASH_LENGTH);
}
