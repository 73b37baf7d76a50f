// What is remembered of containers: how they were asked for, what is wanted of them, what became of them.
// Invariant: what cannot be written is a `not-kept`, and nothing of it is there.

import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { ContainerConfig, ContainerView, Status } from '@enjambre/contract';
import { notKept } from '../errors.ts';

export type Wanted = ContainerView['wanted'];

export interface ContainerRecord {
  /** 12 hex digits. */
  readonly id: string;
  readonly name: string;
  wanted: Wanted;
  /** Asked to fetch nothing: said again to each client that is started for it. */
  paused: boolean;
  readonly torrentName: string;
  /** 40 hex digits. */
  readonly infoHash: string;
  readonly totalSize: number;
  /** Unix milliseconds. */
  readonly createdAt: number;
  /** How often it was started again after it had ended by itself. */
  restarts: number;
  /** Its image may be updated. */
  config: ContainerConfig;
  /** What its client said last, before it ended (at that time, in Unix milliseconds); null while none has ended. */
  lastSeen: { readonly status: Status; readonly statusAt: number } | null;
}

/** As a container begins. */
export const untouched = { paused: false, restarts: 0, lastSeen: null } as const;

export interface HistoryEntry {
  /** Unix milliseconds. */
  readonly at: number;
  readonly what: 'started' | 'stopped' | 'exited' | 'killed' | 'start-failed';
  readonly exitCode: number | null;
  readonly message: string;
}

/** A container that fails for weeks must not fill the disk. */
const KEPT_ENTRIES = 100;

export class ContainerStore {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  all(): ContainerRecord[] {
    const rows = this.#database.prepare('SELECT * FROM container ORDER BY created_at, rowid').all();
    return rows.map((row) => ({
      id: String(row.id),
      name: String(row.name),
      wanted: row.wanted as Wanted,
      paused: row.paused === 1,
      torrentName: String(row.torrent_name),
      infoHash: String(row.info_hash),
      totalSize: Number(row.total_size),
      createdAt: Number(row.created_at),
      restarts: Number(row.restarts),
      config: JSON.parse(String(row.config)),
      lastSeen: row.last_seen === null ? null : JSON.parse(String(row.last_seen)),
    }));
  }

  insert(record: ContainerRecord): void {
    const columns = 'id, name, wanted, paused, torrent_name, info_hash, total_size, created_at, restarts, config';
    this.#write(
      `INSERT INTO container (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      record.id,
      record.name,
      record.wanted,
      Number(record.paused),
      record.torrentName,
      record.infoHash,
      record.totalSize,
      record.createdAt,
      record.restarts,
      JSON.stringify(record.config),
    );
  }

  /** Writes what may change. */
  update({ id, wanted, paused, restarts, config, lastSeen }: ContainerRecord): void {
    const change = 'UPDATE container SET wanted = ?, paused = ?, restarts = ?, config = ?, last_seen = ? WHERE id = ?';
    const seen = lastSeen === null ? null : JSON.stringify(lastSeen);
    this.#write(change, wanted, Number(paused), restarts, JSON.stringify(config), seen, id);
  }

  /** Its history goes with it. */
  delete(id: string): void {
    this.#write('DELETE FROM container WHERE id = ?', id);
  }

  addHistory(id: string, { at, what, exitCode, message }: HistoryEntry): void {
    const entry = 'INSERT INTO history (container_id, at, what, exit_code, message) VALUES (?, ?, ?, ?, ?)';
    this.#write(entry, id, at, what, exitCode, message);
    this.#write(
      `DELETE FROM history WHERE container_id = ?1 AND number <= (
         SELECT number FROM history WHERE container_id = ?1 ORDER BY number DESC LIMIT 1 OFFSET ${KEPT_ENTRIES})`,
      id,
    );
  }

  /** The last thing that became of it. */
  lastHistory(id: string): HistoryEntry | undefined {
    const row = this.#database
      .prepare('SELECT * FROM history WHERE container_id = ? ORDER BY number DESC LIMIT 1')
      .get(id);
    if (row === undefined) return undefined;
    return {
      at: Number(row.at),
      what: row.what as HistoryEntry['what'],
      exitCode: row.exit_code === null ? null : Number(row.exit_code),
      message: String(row.message),
    };
  }

  #write(sql: string, ...values: SQLInputValue[]): void {
    try {
      this.#database.prepare(sql).run(...values);
    } catch (error) {
      throw notKept(error);
    }
  }

  close(): void {
    this.#database.close();
  }
}
