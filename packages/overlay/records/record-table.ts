// Who provides what, as far as known: each owner's records, the last version of each.
// Invariant: of an owner we have every record with a version up to its floor, and perhaps some beyond; a removed record
// stays as a mark, so that an older word of it does not bring it back.

import type { MemberId, RecordRumour } from '../protocol/rumour.ts';

export interface ProviderRecord {
  readonly owner: MemberId;
  readonly infoHash: string;
  readonly version: number;
  readonly port: number;
  /** Whole percent; undefined: removed. */
  readonly completeness: number | undefined;
}

/** Torrents that one member may provide: more than a client carries, and one member can't fill everybody's memory. */
export const MOST_RECORDS_OF_MEMBER = 4_096;
/** In all; some 100 bytes each. */
const MOST_RECORDS = 400_000;
/** Marks of removed records that are kept of an owner. Who missed more than these gets all its records anew. */
const MOST_MARKS = 256;

class OwnedRecords {
  readonly byHash = new Map<string, ProviderRecord>();
  /** Versions beyond the floor, and what is known to be missing before each. */
  readonly ahead = new Map<number, number>();
  floor = 0;
  /** The highest version whose mark was given up: who knows less than this must be told everything. */
  base = 0;

  /** The claim of (since, version] joins what is complete, and perhaps what waited beyond it too. */
  cover(since: number, version: number): void {
    if (version <= this.floor) return;
    if (since > this.floor) {
      this.ahead.set(version, since);
      return;
    }
    this.floor = version;
    for (const [laterVersion, laterSince] of [...this.ahead].sort(([a], [b]) => a - b)) {
      if (laterSince <= this.floor) this.floor = Math.max(this.floor, laterVersion);
      if (laterVersion <= this.floor) this.ahead.delete(laterVersion);
    }
  }
}

export class RecordTable {
  readonly #owners = new Map<MemberId, OwnedRecords>();
  readonly #providers = new Map<string, Set<MemberId>>();
  #count = 0;

  /** All records of `owner` up to this version are known; 0 for none. */
  floorOf(owner: MemberId): number {
    return this.#owners.get(owner)?.floor ?? 0;
  }

  /** Records there are, marks included. */
  get count(): number {
    return this.#count;
  }

  /** The records of an info hash, whoever owns them. */
  *recordsOf(infoHash: string): Iterable<ProviderRecord> {
    for (const owner of this.#providers.get(infoHash) ?? []) yield this.#owners.get(owner)!.byHash.get(infoHash)!;
  }

  /** Info hashes that `owner` provides. */
  *providedBy(owner: MemberId): Iterable<string> {
    for (const { infoHash, completeness } of this.#owners.get(owner)?.byHash.values() ?? []) {
      if (completeness !== undefined) yield infoHash;
    }
  }

  /** Takes in what is news, within bounds; true then. */
  apply(rumour: RecordRumour): boolean {
    const { owner, infoHash, version, since, port, completeness } = rumour;
    const owned = this.#owners.get(owner) ?? new OwnedRecords();
    this.#owners.set(owner, owned);
    const known = owned.byHash.get(infoHash);
    const isNews = known === undefined || known.version < version;
    if (known === undefined && (owned.byHash.size >= MOST_RECORDS_OF_MEMBER || this.#count >= MOST_RECORDS))
      return false;
    if (isNews) this.#put(owned, { owner, infoHash, version, port, completeness });
    if (since < version - 1) this.#dropBetween(owned, since, version);
    owned.cover(since, version);
    return isNews;
  }

  /** What somebody lacks who has all of `owner` up to `floor`, oldest first. */
  after(owner: MemberId, floor: number): RecordRumour[] {
    const owned = this.#owners.get(owner);
    if (owned === undefined) return [];
    let previous = floor < owned.base ? 0 : floor;
    const start = previous;
    const later = [...owned.byHash.values()].filter(({ version }) => version > start);
    return later
      .sort((a, b) => a.version - b.version)
      .map((record) => {
        // Beyond our own floor something may be missing in between.
        const since = record.version <= owned.floor ? previous : record.version - 1;
        previous = record.version;
        return { kind: 'record', since, ...record };
      });
  }

  forget(owner: MemberId): void {
    const owned = this.#owners.get(owner);
    if (owned === undefined) return;
    for (const record of [...owned.byHash.values()]) this.#delete(owned, record);
    this.#owners.delete(owner);
  }

  #put(owned: OwnedRecords, record: ProviderRecord): void {
    const { infoHash, owner, completeness } = record;
    if (!owned.byHash.has(infoHash)) this.#count++;
    owned.byHash.set(infoHash, record);
    if (completeness === undefined) {
      this.#unlist(infoHash, owner);
      this.#boundMarks(owned);
      return;
    }
    const owners = this.#providers.get(infoHash);
    if (owners === undefined) this.#providers.set(infoHash, new Set([owner]));
    else owners.add(owner);
  }

  /** The teller has nothing between the two: what we have there was removed, and its mark given up. */
  #dropBetween(owned: OwnedRecords, since: number, version: number): void {
    for (const record of [...owned.byHash.values()]) {
      if (record.version > since && record.version < version) this.#delete(owned, record);
    }
  }

  #boundMarks(owned: OwnedRecords): void {
    const marks = [...owned.byHash.values()].filter(({ completeness }) => completeness === undefined);
    if (marks.length <= MOST_MARKS) return;
    const oldest = marks.reduce((first, mark) => (mark.version < first.version ? mark : first));
    owned.base = Math.max(owned.base, oldest.version);
    this.#delete(owned, oldest);
  }

  #delete(owned: OwnedRecords, { infoHash, owner }: ProviderRecord): void {
    if (owned.byHash.delete(infoHash)) this.#count--;
    this.#unlist(infoHash, owner);
  }

  #unlist(infoHash: string, owner: MemberId): void {
    const owners = this.#providers.get(infoHash);
    owners?.delete(owner);
    if (owners?.size === 0) this.#providers.delete(infoHash);
  }
}
