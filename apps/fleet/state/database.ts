// The backend's memory, one SQLite file. Invariant: it is open in one backend only and of exactly this program's form;
// anything else is refused in one line and left untouched.

import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeFolderSync } from '@enjambre/runtime';
import { reasonOf, StartError } from '../errors.ts';
import { migrations } from './migrations.ts';

/** Of SQLite: somebody holds it; it may not be written; it cannot be opened at all. */
const BUSY = 5;
const READ_ONLY = 8;
const CANNOT_OPEN = 14;

/** Opens and, when it is older, brings up to date. @throws StartError */
export function openDatabase(path: string): DatabaseSync {
  try {
    makeFolderSync(dirname(path), 0o700);
  } catch (error) {
    throw new StartError('data-folder', `--data-dir ${dirname(path)}: cannot be made: ${reasonOf(error)}`, {
      cause: error,
    });
  }
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    // The lock goes with the process, however it ends; with it the log needs no shared memory.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA foreign_keys = ON;');
    database.exec('BEGIN EXCLUSIVE');
    migrate(database, path);
    database.exec('COMMIT');
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    return database;
  } catch (error) {
    database?.close();
    throw error instanceof StartError ? error : refusal(error, path);
  }
}

function migrate(database: DatabaseSync, path: string): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version);
  if (version > migrations.length) {
    throw new StartError(
      'database-newer',
      `${path} was written by a newer version (form ${version}, this one knows ${migrations.length}): use that version, or another --data-dir`,
    );
  }
  const verdict = Object.values(database.prepare('PRAGMA quick_check(1)').get() ?? {})[0];
  if (verdict !== 'ok') throw damaged(path, String(verdict));
  for (const step of migrations.slice(version)) database.exec(step);
  database.exec(`PRAGMA user_version = ${migrations.length}`);
}

function refusal(error: unknown, path: string): StartError {
  const { errcode, message } = error as { errcode?: number; message: string };
  if (errcode === BUSY) {
    return new StartError('database-busy', `${path} is in use: another backend runs with this --data-dir`, {
      cause: error,
    });
  }
  if (errcode === READ_ONLY || errcode === CANNOT_OPEN) {
    return new StartError('data-folder', `${path} cannot be opened for writing: ${message}`, { cause: error });
  }
  return damaged(path, message, error);
}

function damaged(path: string, why: string, cause?: unknown): StartError {
  return new StartError(
    'database-damaged',
    `${path} cannot be used (${why}): put a copy back, or move it away to begin with an empty list`,
    { cause },
  );
}
