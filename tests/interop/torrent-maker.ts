// .torrent files by mktorrent, so that ours are not read by our own understanding of them alone.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { formatInfoHash, parseTorrentFile } from '@enjambre/metainfo';
import type { Shape } from './content.ts';
import type { Lab } from './lab.ts';

export interface Torrent {
  readonly file: string;
  /** Lower-case hex. */
  readonly infoHash: string;
}

const TIMEOUT_MS = 10_000;

/** @param folder where the content was written  @param announce the tracker's URL */
export async function makeTorrent(lab: Lab, shape: Shape, folder: string, announce: string): Promise<Torrent> {
  const file = path.join(lab.root, `${shape.name}.torrent`);
  const pieceLength = ['--piece-length', String(Math.log2(shape.pieceLength))];
  const content = path.join(folder, shape.name);
  const maker = lab.start('mktorrent', ['--announce', announce, ...pieceLength, '--output', file, content]);
  const torrent = await maker.until(
    'make a torrent',
    async () => (maker.output.includes('ended with 0') ? parseTorrentFile(await readFile(file)) : undefined),
    TIMEOUT_MS,
  );
  if (torrent.infoHashV1 === undefined) throw new Error('mktorrent makes v1 torrents');
  return { file, infoHash: formatInfoHash(torrent.infoHashV1) };
}
