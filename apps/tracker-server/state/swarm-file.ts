// The swarms of a tracker on disk. Invariant: the file is whole at any time, the old one or the new one; what is no file
// of ours is refused and left untouched.

import { mkdir, open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import type { RememberedPeer } from '@enjambre/tracker';

const NAME = 'swarms.json';
const VERSION = 1;

/** @returns nothing when there is no file yet  @throws Error with a sentence that names the file */
export async function readSwarms(folder: string, nowMs: number): Promise<RememberedPeer[]> {
  const file = path.join(folder, NAME);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new Error(`--data-dir: ${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  try {
    const { version, savedAt, peers } = JSON.parse(text);
    if (version !== VERSION || typeof savedAt !== 'number') throw new Error(`form ${version}`);
    const sinceMs = Math.max(0, nowMs - savedAt);
    return (peers as unknown[][]).map((row) => parseRow(row, sinceMs));
  } catch (error) {
    throw new Error(`--data-dir: ${file} is damaged or of another version; move it away`, { cause: error });
  }
}

/** Writes a temporary file, syncs it and puts it in the old one's place. */
export async function writeSwarms(folder: string, peers: readonly RememberedPeer[], nowMs: number): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, NAME);
  const temporary = await open(`${file}.tmp`, 'w', 0o600);
  try {
    const rows = peers.map(({ infoHash, peer, silentMs }) => [
      Buffer.from(infoHash, 'latin1').toString('hex'),
      Buffer.from(peer.compact).toString('hex'),
      Buffer.from(peer.peerId).toString('hex'),
      peer.seed,
      Math.round(silentMs),
    ]);
    await temporary.writeFile(JSON.stringify({ version: VERSION, savedAt: nowMs, peers: rows }));
    await temporary.sync();
  } finally {
    await temporary.close();
  }
  await rename(`${file}.tmp`, file);
}

function parseRow([infoHash, compact, peerId, seed, silentMs]: unknown[], sinceMs: number): RememberedPeer {
  if (typeof silentMs !== 'number' || typeof seed !== 'boolean') throw new Error('a row of another form');
  const peer = { compact: parseHex(compact, [6, 18]), peerId: parseHex(peerId, [20]), seed };
  return { infoHash: parseHex(infoHash, [20]).toString('latin1'), peer, silentMs: silentMs + sinceMs };
}

function parseHex(text: unknown, lengths: readonly number[]): Buffer {
  const bytes = typeof text === 'string' && /^[0-9a-f]*$/.test(text) ? Buffer.from(text, 'hex') : undefined;
  if (bytes === undefined || !lengths.includes(bytes.length)) throw new Error('not the bytes that belong there');
  return bytes;
}
