// `enjambre create`: makes a .torrent of a file or folder. Invariant: the output is there whole, or not at all.

import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CreationError, createTorrent, writeNewFile } from '@enjambre/engine';
import { formatInfoHash } from '@enjambre/metainfo';
import { systemClock, systemRandom } from '@enjambre/runtime';
import { type CommandIo, EXIT_USAGE, printable, UsageError, write } from './command-io.ts';
import { CREATE_HELP, type CreateFlags, readCreateFlags } from './create-flags.ts';
import packageFile from './package.json' with { type: 'json' };
import { ProgressBar } from './progress-bar.ts';

const EXIT_FAILED = 1;
/** What a shell reports of a process that was interrupted: 128 and SIGINT's number. */
const EXIT_INTERRUPTED = 130;
/** So that two runs at once don't share a temporary file. */
const TEMPORARY_NAME_BYTES = 6;

/** Runs the verb; the exit code is 0, 1 when the data can't be read, 2 for wrong words, 130 when stopped. */
export async function create(argv: readonly string[], io: CommandIo): Promise<number> {
  try {
    const flags = readCreateFlags(argv);
    await write(io.stdout, flags === undefined ? CREATE_HELP : await run(flags, io));
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof CreationError)) throw error;
    await write(io.stderr, `enjambre create: ${printable(error.message)}\n`);
    return exitCodeOf(error);
  }
}

function exitCodeOf(error: UsageError | CreationError): number {
  if (error instanceof UsageError || error.code === 'not-found') return EXIT_USAGE;
  return error.code === 'aborted' ? EXIT_INTERRUPTED : EXIT_FAILED;
}

/** The last line: what was made. */
async function run(flags: CreateFlags, io: CommandIo): Promise<string> {
  const { path, output, trackers, webseeds, pieceLength, comment, force } = flags;
  await verifyOutput(output, force);
  const bar = new ProgressBar(io.stderr, systemClock);
  const created = await createTorrent({
    path,
    trackers: trackers.map((url) => [url]),
    webseeds,
    pieceLength,
    private: flags.private,
    comment,
    createdBy: `Enjambre ${packageFile.version}`,
    creationDate: Math.floor(systemClock.wallTime() / 1000),
    signal: io.signal,
    onProgress: (hashedBytes, totalSize) => bar.update(hashedBytes, totalSize),
  }).finally(() => bar.clear());
  for (const skipped of created.skipped) {
    await write(io.stderr, `enjambre create: left out ${printable(skipped)}: not a file in this folder\n`);
  }
  const temporaryPath = `${output}.${systemRandom.bytes(TEMPORARY_NAME_BYTES).toHex()}.tmp`;
  const isWritten = await writeNewFile(output, temporaryPath, created.bytes, force).catch((error) => {
    throw new UsageError(`${output}: can't be written (${(error as NodeJS.ErrnoException).code ?? error})`);
  });
  if (!isWritten) throw alreadyThere(output);
  return `${formatInfoHash(created.infoHashV1)}  ${printable(output)}\n`;
}

function alreadyThere(output: string): UsageError {
  return new UsageError(`${output}: is there already; --force replaces it`);
}

/** What can be known before hashing for an hour; `writeNewFile` looks again. */
async function verifyOutput(output: string, force: boolean): Promise<void> {
  if (!force && (await exists(output))) throw alreadyThere(output);
  const folder = dirname(output);
  if (!(await exists(folder, constants.W_OK))) throw new UsageError(`${folder}: no folder that can be written to`);
}

async function exists(path: string, mode?: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
