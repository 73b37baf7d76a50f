// What a restart may believe: which pieces were had and synced, and how the files looked then.
// Invariant: a record that is damaged, of another torrent or of a newer version is no record at all.

import { hash } from 'node:crypto';
import { join } from 'node:path';
import { OWN_FOLDER } from './archive-folder.ts';
import type { Disk } from './disk.ts';

/** A file as it was when recorded; undefined: missing, or not to be trusted. */
export interface RecordedFile {
  readonly size: number;
  /** Nanoseconds since 1970. */
  readonly mtimeNs: bigint;
}

export interface ResumeRecord {
  /** 40 hex digits. */
  readonly infoHash: string;
  /** A bit field as PieceSet's. */
  readonly pieces: Uint8Array;
  readonly files: readonly (RecordedFile | undefined)[];
  /** Figures that the store keeps for its user, such as bytes uploaded so far. */
  readonly extra: Readonly<Record<string, number>>;
}

/** The torrent a record has to be of. */
interface RecordedTorrent {
  readonly infoHash: string;
  readonly pieceCount: number;
  readonly fileCount: number;
}

const VERSION = 1;

interface Body {
  readonly version: number;
  readonly infoHash: string;
  readonly pieces: string;
  /** `[size, mtimeNs]`; the latter as text, because it does not fit a double. */
  readonly files: readonly (readonly [number, string] | null)[];
  readonly extra: Readonly<Record<string, number>>;
}

/** The record as text: JSON on one line, its SHA-256 on the next. */
export function encodeResumeRecord(record: ResumeRecord): string {
  const body: Body = {
    version: VERSION,
    infoHash: record.infoHash,
    pieces: Buffer.from(record.pieces).toString('base64'),
    files: record.files.map((file) => (file === undefined ? null : [file.size, String(file.mtimeNs)])),
    extra: record.extra,
  };
  const text = JSON.stringify(body);
  return `${text}\n${checksum(text)}\n`;
}

/** Undefined unless it is a whole record of that torrent. */
export function decodeResumeRecord(text: string, torrent: RecordedTorrent): ResumeRecord | undefined {
  const [body, sum] = text.split('\n');
  if (sum === undefined || sum !== checksum(body)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (!isBody(value) || value.version !== VERSION || value.infoHash !== torrent.infoHash) return undefined;
  const pieces = Buffer.from(value.pieces, 'base64');
  if (pieces.length !== Math.ceil(torrent.pieceCount / 8) || value.files.length !== torrent.fileCount) return undefined;
  const files = value.files.map((file) => (file === null ? undefined : { size: file[0], mtimeNs: BigInt(file[1]) }));
  return { infoHash: value.infoHash, pieces, files, extra: value.extra };
}

/** Where that torrent's record lies. @param root the archives */
export function resumePath(root: string, infoHash: string): string {
  return join(root, OWN_FOLDER, `${infoHash}.resume`);
}

/** The folder of the locks. @param root the archives */
export function locksPath(root: string): string {
  return join(root, OWN_FOLDER, 'locks');
}

/** Undefined when there is none that can be believed. @throws the system's error when it cannot be read */
export async function readResumeRecord(
  disk: Disk,
  root: string,
  torrent: RecordedTorrent,
): Promise<ResumeRecord | undefined> {
  const bytes = await disk.read(resumePath(root, torrent.infoHash));
  return bytes && decodeResumeRecord(bytes.toString(), torrent);
}

/** Puts the record in the place of the old one: after a crash at any moment one of the two is there, whole. */
export async function replaceResumeRecord(
  disk: Disk,
  folder: string,
  path: string,
  record: ResumeRecord,
): Promise<void> {
  const temporary = `${path}.new`;
  await disk.makeFolder(folder);
  try {
    await disk.write(temporary, encodeResumeRecord(record));
    await disk.sync(temporary);
    await disk.rename(temporary, path);
  } catch (error) {
    await disk.remove(temporary).catch(() => {});
    throw error;
  }
  await disk.sync(folder);
}

function checksum(text: string): string {
  return hash('sha256', text);
}

function isBody(value: unknown): value is Body {
  if (typeof value !== 'object' || value === null) return false;
  const { infoHash, pieces, files, extra } = value as Partial<Record<keyof Body, unknown>>;
  return (
    typeof infoHash === 'string' &&
    typeof pieces === 'string' &&
    Array.isArray(files) &&
    files.every(isFile) &&
    typeof extra === 'object' &&
    extra !== null &&
    Object.values(extra).every((figure) => typeof figure === 'number')
  );
}

function isFile(value: unknown): boolean {
  if (value === null) return true;
  return (
    Array.isArray(value) && Number.isSafeInteger(value[0]) && typeof value[1] === 'string' && /^-?\d+$/.test(value[1])
  );
}
