// The lists of info hashes that an operator keeps in files. Invariant: a list is read as a whole or not at all.

import { readFile } from 'node:fs/promises';
import { parseHashList } from '@enjambre/tracker';

/** Undefined where there is no list. */
export interface HashLists {
  readonly allowed: ReadonlySet<string> | undefined;
  readonly denied: ReadonlySet<string> | undefined;
}

/** @throws Error with a sentence that names flag, file and line */
export async function readHashLists(allow: string | undefined, deny: string | undefined): Promise<HashLists> {
  const [allowed, denied] = await Promise.all([readList('allow-list', allow), readList('deny-list', deny)]);
  return { allowed, denied };
}

async function readList(flag: string, file: string | undefined): Promise<ReadonlySet<string> | undefined> {
  if (file === undefined) return undefined;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new Error(`--${flag}: ${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  const hashes = parseHashList(text);
  if (hashes instanceof Error) throw new Error(`--${flag}: ${file}, ${hashes.message}`, { cause: hashes });
  return hashes;
}
