// How the database came to look as it does: each step is applied once, in order, and never changed after a release.

/** `PRAGMA user_version` counts the steps that were applied. */
export const migrations: readonly string[] = [
  `CREATE TABLE container (
     id TEXT PRIMARY KEY,
     name TEXT NOT NULL UNIQUE,
     wanted TEXT NOT NULL CHECK (wanted IN ('running', 'stopped')),
     paused INTEGER NOT NULL DEFAULT 0,
     torrent_name TEXT NOT NULL,
     info_hash TEXT NOT NULL,
     total_size INTEGER NOT NULL,
     created_at INTEGER NOT NULL,
     restarts INTEGER NOT NULL DEFAULT 0,
     config TEXT NOT NULL
   ) STRICT;
   CREATE TABLE history (
     number INTEGER PRIMARY KEY,
     container_id TEXT NOT NULL REFERENCES container (id) ON DELETE CASCADE,
     at INTEGER NOT NULL,
     what TEXT NOT NULL,
     exit_code INTEGER,
     message TEXT NOT NULL
   ) STRICT;
   CREATE INDEX history_of_container ON history (container_id, number);`,
  `CREATE TABLE sample_chunk (
     container_id TEXT NOT NULL REFERENCES container (id) ON DELETE CASCADE,
     step INTEGER NOT NULL,
     start INTEGER NOT NULL,
     figures BLOB NOT NULL,
     PRIMARY KEY (container_id, step, start)
   ) STRICT, WITHOUT ROWID;`,
  'ALTER TABLE container ADD COLUMN last_seen TEXT;',
];
