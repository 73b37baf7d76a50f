// Many torrents whose content is zeros: as sparse files they take no room, and without files nothing.

import { hash, randomBytes } from 'node:crypto';
import { open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BLOCK_LENGTH, encodeBencode, formatInfoHash } from '@enjambre/metainfo';
import type { Torrent } from '../tests/interop/torrent-maker.ts';

const PIECE_LENGTH = BLOCK_LENGTH;

/** Writes so many .torrent files below `folder`; each has an info hash of its own. */
export async function emptyTorrents(folder: string, count: number, pieceCount: number): Promise<Torrent[]> {
  const pieces = Buffer.concat(new Array(pieceCount).fill(hash('sha1', Buffer.alloc(PIECE_LENGTH), 'buffer')));
  const torrents: Torrent[] = [];
  for (let number = 1; number <= count; number++) {
    const info = {
      length: pieceCount * PIECE_LENGTH,
      name: contentName(number),
      'piece length': PIECE_LENGTH,
      pieces,
      salt: randomBytes(8),
    };
    const file = path.join(folder, `${number}.torrent`);
    await writeFile(file, encodeBencode({ info }));
    torrents.push({ file, infoHash: formatInfoHash(hash('sha1', encodeBencode(info), 'buffer')) });
  }
  return torrents;
}

/** Their content, for clients that are to seed them. */
export async function writeEmptyContent(folder: string, count: number, pieceCount: number): Promise<void> {
  for (let number = 1; number <= count; number++) {
    const handle = await open(path.join(folder, contentName(number)), 'w');
    await handle.truncate(pieceCount * PIECE_LENGTH);
    await handle.close();
  }
}

function contentName(number: number): string {
  return `zeros-${number}.bin`;
}
