// What is transferred: one file and its torrent, in a lab's folder.

import { link, mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { formatInfoHash, PieceGeometry, parseTorrentFile } from '@enjambre/metainfo';
import type { Lab } from '../tests/interop/lab.ts';
import type { Torrent } from '../tests/interop/torrent-maker.ts';
import { torrentOf, writeContent } from './tester/content.ts';

/** Nobody listens there: rtorrent loads no torrent without a tracker. */
const DEAD_TRACKER = 'http://127.0.0.1:1/announce';

export interface Content {
  readonly torrent: Torrent;
  readonly size: number;
  readonly file: string;
}

/** Random-looking bytes, and a torrent of them. `size`, `pieceLength`: bytes. */
export async function makeContent(
  lab: Lab,
  { size, pieceLength, tracker = DEAD_TRACKER }: { size: number; pieceLength: number; tracker?: string },
): Promise<Content> {
  const folder = await mkdtemp(path.join(lab.root, 'content-'));
  const file = path.join(folder, 'data.bin');
  const geometry = new PieceGeometry(size, pieceLength);
  await writeContent(geometry, file);
  const bytes = torrentOf(geometry, path.basename(file), tracker);
  const torrent = {
    file: path.join(folder, 'data.torrent'),
    infoHash: formatInfoHash(parseTorrentFile(bytes).infoHashV1!),
  };
  await writeFile(torrent.file, bytes);
  return { torrent, size, file };
}

/** A folder with the content for one seed: what it writes beside it is nobody else's. */
export async function seedFolder(lab: Lab, { file }: Content): Promise<string> {
  const folder = await mkdtemp(path.join(lab.root, 'seed-'));
  await link(file, path.join(folder, path.basename(file)));
  return folder;
}
