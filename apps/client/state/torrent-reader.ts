// A .torrent file that this client can transfer, or one line that says why not.

import { MetainfoError, parseTorrentFile, type TorrentFile } from '@enjambre/metainfo';
import { StartError } from '../errors.ts';
import { readSmallFile } from './small-file.ts';

/** @throws StartError that names the file and what is wrong with it */
export function readTorrent(path: string): TorrentFile {
  const torrent = parse(path);
  if (torrent.infoHashV1 !== undefined) return torrent;
  throw new StartError('unsupported-torrent', `${path}: a BitTorrent v2 torrent without v1 cannot be transferred yet`);
}

function parse(path: string): TorrentFile {
  const bytes = readSmallFile(path);
  try {
    return parseTorrentFile(bytes);
  } catch (error) {
    if (!(error instanceof MetainfoError)) throw error;
    throw new StartError('bad-torrent', `${path}: not a usable .torrent: ${error.message}`, { cause: error });
  }
}
