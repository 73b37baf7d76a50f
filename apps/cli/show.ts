// `enjambre show`: what was understood of a .torrent or a magnet link.

import { readFile, stat } from 'node:fs/promises';
import { MagnetLinkError, MetainfoError, parseMagnetLink, parseTorrentFile } from '@enjambre/metainfo';
import { type CommandIo, EXIT_USAGE, printable, readFlags, UsageError, write } from './command-io.ts';
import { describeMagnetLink, describeTorrentFile, formatDescription } from './description.ts';

/** Beyond any real .torrent; more is another kind of file, given by mistake. */
const MAX_TORRENT_FILE_BYTES = 256 * 1024 * 1024;

const HELP = `enjambre show X.torrent | 'magnet:…' [--json]

Prints what is in it: info hashes, name, sizes, files as they will be written, trackers, web seeds.

  --json   one JSON object: info_hash_v1, info_hash_v2, name, total_size, piece_length, pieces, private,
           files (path, size), trackers, webseeds; null where it is not known
`;

/** Runs the verb; the exit code is 0, or 2 when the flags or the input are bad. */
export async function show(argv: readonly string[], io: CommandIo): Promise<number> {
  try {
    const { values, positionals } = readFlags({
      args: [...argv],
      allowPositionals: true,
      options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help) {
      await write(io.stdout, HELP);
      return 0;
    }
    if (positionals.length !== 1) throw new UsageError('give one .torrent file or magnet link');
    const description = await describe(positionals[0]);
    const text = values.json ? JSON.stringify(description) : formatDescription(description);
    await write(io.stdout, `${text}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    await write(io.stderr, `enjambre show: ${printable(error.message)}\n`);
    return EXIT_USAGE;
  }
}

async function describe(input: string): Promise<ReturnType<typeof describeTorrentFile>> {
  const isMagnet = /^magnet:/i.test(input);
  try {
    return isMagnet
      ? describeMagnetLink(parseMagnetLink(input))
      : describeTorrentFile(parseTorrentFile(await read(input)));
  } catch (error) {
    if (error instanceof MagnetLinkError) throw new UsageError(`bad magnet link: ${error.message}`);
    if (error instanceof MetainfoError) throw new UsageError(`${input}: ${error.message}`);
    throw error;
  }
}

async function read(path: string): Promise<Uint8Array> {
  try {
    const status = await stat(path);
    if (status.isDirectory()) throw new UsageError(`${path}: a folder, not a .torrent file`);
    if (status.size > MAX_TORRENT_FILE_BYTES) throw new UsageError(`${path}: too long for a .torrent file`);
    return await readFile(path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`${path}: ${code === 'ENOENT' ? 'there is no such file' : `can't be read (${code})`}`);
  }
}
