// The words of `enjambre create`, read and checked before anything is done.

import { basename, resolve } from 'node:path';
import { isFairPieceLength } from '@enjambre/engine';
import { readFlags, UsageError } from './command-io.ts';
import { parseSize } from './sizes.ts';

export const CREATE_HELP = `enjambre create PATH -o X.torrent --tracker URL …

Makes a .torrent of a file or folder.

  -o, --output FILE      where to write it; NAME.torrent in this folder when left out
  --tracker URL          http, https or udp; may be repeated, each is tried after the one before
  --webseed URL          http or https, where the data lies as well; may be repeated
  --piece-length SIZE    a power of two from 16KiB to 64MiB; chosen by size when left out
  --private              peers may come from the trackers only
  --comment TEXT
  --force                replace FILE when it is there
`;

export interface CreateFlags {
  readonly path: string;
  readonly output: string;
  readonly trackers: readonly string[];
  readonly webseeds: readonly string[];
  readonly pieceLength: number | undefined;
  readonly private: boolean;
  readonly comment: string | undefined;
  readonly force: boolean;
}

/**
 * Undefined when help was asked for.
 * @throws UsageError
 */
export function readCreateFlags(argv: readonly string[]): CreateFlags | undefined {
  const { values, positionals } = readFlags({
    args: [...argv],
    allowPositionals: true,
    options: {
      output: { type: 'string', short: 'o' },
      tracker: { type: 'string', multiple: true },
      webseed: { type: 'string', multiple: true },
      'piece-length': { type: 'string' },
      private: { type: 'boolean' },
      comment: { type: 'string' },
      force: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return undefined;
  if (positionals.length !== 1 || positionals[0] === '') throw new UsageError('give one file or folder');
  const [path] = positionals;
  return {
    path,
    output: readOutput(values.output, path),
    trackers: readUrls('--tracker', values.tracker, ['http:', 'https:', 'udp:']),
    webseeds: readUrls('--webseed', values.webseed, ['http:', 'https:']),
    pieceLength: readPieceLength(values['piece-length']),
    private: values.private === true,
    comment: values.comment,
    force: values.force === true,
  };
}

function readOutput(output: string | undefined, path: string): string {
  if (output === '') throw new UsageError('--output needs the name of a file');
  return output ?? `${basename(resolve(path))}.torrent`;
}

function readPieceLength(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const pieceLength = parseSize(text);
  if (pieceLength === undefined || !isFairPieceLength(pieceLength)) {
    throw new UsageError(`--piece-length ${JSON.stringify(text)}: must be a power of two from 16KiB to 64MiB`);
  }
  return pieceLength;
}

function readUrls(flag: string, texts: readonly string[] = [], schemes: readonly string[]): readonly string[] {
  for (const text of texts) {
    const url = URL.parse(text);
    if (url === null || !schemes.includes(url.protocol) || url.hostname === '' || /\s/.test(text)) {
      const names = schemes.map((scheme) => scheme.slice(0, -1)).join(', ');
      throw new UsageError(`${flag} ${JSON.stringify(text)}: must be a URL (${names})`);
    }
  }
  return texts;
}
