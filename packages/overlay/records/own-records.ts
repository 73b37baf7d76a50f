// What we provide ourselves. Invariant: every change raises the version by one, and nobody else's word changes anything.

import type { MemberId, RecordRumour } from '../protocol/rumour.ts';
import { MOST_RECORDS_OF_MEMBER, type RecordTable } from './record-table.ts';

export interface Provision {
  /** Where peer connections are taken. */
  readonly port: number;
  /** Whole percent, 0 to 100. */
  readonly completeness: number;
}

export class OwnRecords {
  readonly #owner: MemberId;
  readonly #table: RecordTable;
  readonly #provided = new Map<string, Provision>();
  #version = 0;

  constructor(owner: MemberId, table: RecordTable) {
    this.#owner = owner;
    this.#table = table;
  }

  get isEmpty(): boolean {
    return this.#provided.size === 0;
  }

  /** Undefined when that is what it was before, or when there are too many. @param infoHash 40 hexadecimal digits */
  set(infoHash: string, { port, completeness }: Provision): RecordRumour | undefined {
    const before = this.#provided.get(infoHash);
    if (before?.port === port && before.completeness === completeness) return undefined;
    if (before === undefined && this.#provided.size >= MOST_RECORDS_OF_MEMBER / 2) return undefined;
    this.#provided.set(infoHash, { port, completeness });
    return this.#change(infoHash, port, completeness);
  }

  /** Undefined when it was not provided. */
  remove(infoHash: string): RecordRumour | undefined {
    const before = this.#provided.get(infoHash);
    if (before === undefined) return undefined;
    this.#provided.delete(infoHash);
    return this.#change(infoHash, before.port, undefined);
  }

  #change(infoHash: string, port: number, completeness: number | undefined): RecordRumour {
    const since = this.#version++;
    const version = this.#version;
    const rumour = { kind: 'record', owner: this.#owner, version, since, infoHash, port, completeness } as const;
    this.#table.apply(rumour);
    return rumour;
  }
}
