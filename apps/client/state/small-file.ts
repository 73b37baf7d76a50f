// Reads what people wrote for us: configuration, tokens, .torrent files. Never more of it than such a file can hold.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { reasonOf, StartError } from '../errors.ts';

/** A .torrent of a million pieces and as many files is below this. */
const MAX_LENGTH = 128 * 1024 * 1024;

/** @throws StartError that names the file and what is wrong with it */
export function readSmallFile(path: string): Buffer {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    const stats = fstatSync(descriptor);
    if (stats.isDirectory()) throw new Error('it is a folder');
    if (stats.size > MAX_LENGTH) throw new Error(`it is longer than ${MAX_LENGTH} bytes`);
    return stats.isFile() ? readExactly(descriptor, stats.size) : readToEnd(descriptor);
  } catch (error) {
    throw new StartError('unreadable-file', `${path}: cannot be read: ${reasonOf(error)}`, { cause: error });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** The same as text. */
export function readSmallText(path: string): string {
  return readSmallFile(path).toString('utf8');
}

function readExactly(descriptor: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(descriptor, bytes, filled, length - filled, null);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

/** Pipes (`--token-file=<(…)`) have no size to go by. */
function readToEnd(descriptor: number): Buffer {
  const parts: Buffer[] = [];
  let total = 0;
  for (;;) {
    const part = Buffer.alloc(64 * 1024);
    const count = readSync(descriptor, part, 0, part.length, null);
    if (count === 0) return Buffer.concat(parts);
    total += count;
    if (total > MAX_LENGTH) throw new Error(`it is longer than ${MAX_LENGTH} bytes`);
    parts.push(part.subarray(0, count));
  }
}
