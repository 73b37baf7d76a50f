// What is about to be added: the files with their names, and the fields they share. Kept until it is added or taken out,
// also while the dialog is closed, so that nothing typed is lost.

import type { StoredTorrent, TorrentPreview } from '@enjambre/contract';

export type SharedField =
  | 'folder'
  | 'discovery'
  | 'bootstrap'
  | 'port'
  | 'network'
  | 'image'
  | 'placement'
  | 'replicas'
  | 'host'
  | 'constraints'
  | 'spread'
  | 'downloadLimit'
  | 'uploadLimit';

export type SharedFields = Readonly<Record<SharedField, string>>;
export type FieldErrors = Readonly<Partial<Record<SharedField, string>>>;

/** What a field of the form needs to be one of the draft's. */
export type Bind = (field: SharedField) => {
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (event: { readonly target: { readonly value: string } }) => void;
};

/** What is known of a torrent before it is added. */
export type Content = Pick<TorrentPreview, 'torrentName' | 'infoHash' | 'totalSize' | 'fileCount' | 'usedBy'> &
  Partial<Pick<TorrentPreview, 'files' | 'pieces' | 'pieceLength' | 'private' | 'trackers'>>;

export interface Entry {
  readonly key: number;
  readonly fileName: string;
  /** Undefined when the backend has it already. */
  readonly file: File | undefined;
  readonly content: Content | undefined;
  readonly name: string;
  readonly nameError: string | undefined;
  /** Why it cannot be added as it is. */
  readonly problem: string | undefined;
  readonly busy: boolean;
}

export interface Draft {
  readonly entries: readonly Entry[];
  readonly fields: SharedFields;
  readonly errors: FieldErrors;
}

export const EMPTY_FIELDS: SharedFields = {
  folder: '',
  discovery: 'tracker',
  bootstrap: '',
  port: '',
  network: '',
  image: '',
  placement: 'one',
  replicas: '2',
  host: '',
  constraints: '',
  spread: '',
  downloadLimit: '',
  uploadLimit: '',
};

/** Whether the chosen sources of peers include the overlay, which alone has members to start from and a port. */
export function usesOverlay({ discovery }: SharedFields): boolean {
  return discovery.split(',').includes('overlay');
}

export const EMPTY_DRAFT: Draft = { entries: [], fields: EMPTY_FIELDS, errors: {} };

export type DraftChange =
  | { readonly kind: 'put'; readonly entries: readonly Entry[] }
  | { readonly kind: 'read'; readonly key: number; readonly content: Content; readonly suggestedName: string }
  | { readonly kind: 'entry'; readonly key: number; readonly change: Partial<Entry> }
  | { readonly kind: 'take-out'; readonly key: number }
  | { readonly kind: 'field'; readonly field: SharedField; readonly value: string }
  | { readonly kind: 'errors'; readonly errors: FieldErrors };

export function changeDraft(draft: Draft, change: DraftChange): Draft {
  switch (change.kind) {
    case 'put':
      return { ...draft, entries: [...draft.entries, ...change.entries] };
    case 'read': {
      const name = freeName(
        change.suggestedName,
        draft.entries.map((entry) => entry.name),
      );
      return withEntry(draft, change.key, { content: change.content, name, busy: false });
    }
    case 'entry':
      return withEntry(draft, change.key, change.change);
    case 'take-out': {
      const entries = draft.entries.filter(({ key }) => key !== change.key);
      // The next torrent is another thought.
      return entries.length === 0 ? EMPTY_DRAFT : { ...draft, entries };
    }
    case 'field': {
      const { [change.field]: _mended, ...errors } = draft.errors;
      return { ...draft, fields: { ...draft.fields, [change.field]: change.value }, errors };
    }
    case 'errors':
      return { ...draft, errors: { ...draft.errors, ...change.errors } };
  }
}

function withEntry(draft: Draft, key: number, change: Partial<Entry>): Draft {
  return { ...draft, entries: draft.entries.map((entry) => (entry.key === key ? { ...entry, ...change } : entry)) };
}

/** `wanted`, or with the first number that makes it differ from `taken`. */
export function freeName(wanted: string, taken: readonly string[]): string {
  if (!taken.includes(wanted)) return wanted;
  let number = 2;
  while (taken.includes(`${wanted}-${number}`)) number += 1;
  return `${wanted}-${number}`;
}

/** A name for a container of a torrent that the backend has already. */
export function nameFrom({ torrentName, name }: StoredTorrent): string {
  const plain = (torrentName || name)
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+|[-.]+$/g, '');
  return plain === '' ? 'torrent' : plain.slice(0, 60);
}
