// What is transferred: one file of random bytes and its torrent, in a lab's folder.

import { randomFillSync } from 'node:crypto';
import { link, open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createTorrent } from '@enjambre/engine';
import { formatInfoHash } from '@enjambre/metainfo';
import type { Lab } from '../tests/interop/lab.ts';
import type { Torrent } from '../tests/interop/torrent-maker.ts';

const MIB = 2 ** 20;
export const PIECE_LENGTH = MIB;
/** Nobody listens there: rtorrent loads no torrent without a tracker. */
const DEAD_TRACKER = 'http://127.0.0.1:1/announce';

export interface Content {
  readonly torrent: Torrent;
  readonly size: number;
  readonly file: string;
}

export async function makeContent(lab: Lab, size: number, tracker = DEAD_TRACKER): Promise<Content> {
  const folder = await lab.folder(`content-${size}`);
  const file = path.join(folder, 'data.bin');
  const handle = await open(file, 'w');
  const chunk = Buffer.allocUnsafe(MIB);
  for (let at = 0; at < size; at += MIB) await handle.write(randomFillSync(chunk), 0, Math.min(MIB, size - at), at);
  await handle.close();
  const { bytes, infoHashV1 } = await createTorrent({ path: file, trackers: [[tracker]], pieceLength: PIECE_LENGTH });
  const torrent = { file: path.join(folder, 'data.torrent'), infoHash: formatInfoHash(infoHashV1) };
  await writeFile(torrent.file, bytes);
  return { torrent, size, file };
}

/** A folder with the content for one seed: what it writes beside it is nobody else's. */
export async function seedFolder(lab: Lab, { file }: Content): Promise<string> {
  const folder = await lab.folder('seed');
  await link(file, path.join(folder, path.basename(file)));
  return folder;
}
