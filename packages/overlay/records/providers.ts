// Who provides an info hash, as it is handed out, and who wants to hear of it.
// Invariant: only records of live members that nobody suspects are handed out, never our own.

import type { PeerAddress } from '@enjambre/metainfo';
import type { Member } from '../membership/member.ts';
import type { MemberTable } from '../membership/member-table.ts';
import type { MemberId } from '../protocol/rumour.ts';
import type { ProviderRecord, RecordTable } from './record-table.ts';

export interface Provider {
  /** Where it takes peer connections. */
  readonly address: PeerAddress;
  /** Whole percent. */
  readonly completeness: number;
}

/** Hears of providers that are new, or back. */
export type ProviderListener = (providers: readonly Provider[]) => void;

export class Providers {
  readonly #self: MemberId;
  readonly #records: RecordTable;
  readonly #members: MemberTable;
  readonly #listeners = new Map<string, Set<ProviderListener>>();

  constructor(self: MemberId, records: RecordTable, members: MemberTable) {
    this.#self = self;
    this.#records = records;
    this.#members = members;
  }

  /** All there are now. */
  of(infoHash: string): Provider[] {
    const providers: Provider[] = [];
    for (const record of this.#records.recordsOf(infoHash)) {
      const provider = this.#providerOf(record);
      if (provider !== undefined) providers.push(provider);
    }
    return providers;
  }

  /** @returns what ends it */
  watch(infoHash: string, listener: ProviderListener): () => void {
    const listeners = this.#listeners.get(infoHash) ?? new Set();
    this.#listeners.set(infoHash, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(infoHash);
    };
  }

  /** This record is new or has changed. */
  recordChanged(record: ProviderRecord): void {
    const listeners = this.#listeners.get(record.infoHash);
    const provider = listeners === undefined ? undefined : this.#providerOf(record);
    if (listeners === undefined || provider === undefined) return;
    for (const listener of [...listeners]) listener([provider]);
  }

  /** What this member provides may be handed out again. */
  memberCameBack({ id }: Member): void {
    for (const infoHash of this.#listeners.keys()) {
      for (const record of this.#records.recordsOf(infoHash)) if (record.owner === id) this.recordChanged(record);
    }
  }

  #providerOf({ owner, port, completeness }: ProviderRecord): Provider | undefined {
    const member = this.#members.get(owner);
    if (owner === this.#self || member?.state !== 'alive' || completeness === undefined) return undefined;
    return { address: { host: member.address.host, port }, completeness };
  }
}
