// The draft with what happens to it: files are read by the backend as they come, and added one after the other.

import type { StoredTorrent } from '@enjambre/contract';
import { useQueryClient } from '@tanstack/react-query';
import { useReducer, useRef } from 'react';
import { useFleet } from '../../fleet/fleet-context.tsx';
import { api, type Refusal } from '../../lib/api.ts';
import { t } from '../../lib/language.ts';
import { notify } from '../../lib/notice.ts';
import { infoQuery, torrentsQuery } from '../../lib/queries.ts';
import { refusalText } from '../../lib/refusal-text.ts';
import { checkDraft, fieldOf, requestOf } from './check.ts';
import {
  changeDraft,
  type Draft,
  type DraftChange,
  EMPTY_DRAFT,
  type Entry,
  type FieldErrors,
  nameFrom,
} from './draft.ts';

const LARGEST_FILE = 10 * 1024 ** 2;

export interface DraftActions {
  readonly draft: Draft;
  readonly change: (change: DraftChange) => void;
  readonly putFiles: (files: readonly File[]) => void;
  readonly putStored: (torrent: StoredTorrent) => void;
  /** Resolves to whether everything was added. */
  readonly submit: () => Promise<boolean>;
}

export function useDraft(): DraftActions {
  const [draft, change] = useReducer(changeDraft, EMPTY_DRAFT);
  const lastKey = useRef(0);
  const { notices } = useFleet();
  const queries = useQueryClient();

  const newEntry = (fileName: string, over: Partial<Entry>): Entry => {
    lastKey.current += 1;
    const blank = {
      file: undefined,
      content: undefined,
      name: '',
      nameError: undefined,
      problem: undefined,
      busy: false,
    };
    return { ...blank, key: lastKey.current, fileName, ...over };
  };

  const read = async (key: number, file: File): Promise<void> => {
    const answer = await api.inspect(file);
    if (answer.ok) {
      const { suggestedName, ...content } = answer.value;
      change({ kind: 'read', key, content, suggestedName });
    } else {
      change({ kind: 'entry', key, change: { problem: refusalText(answer), busy: false } });
    }
  };

  const putFiles = (files: readonly File[]): void => {
    const entries = files.map((file) => {
      const problem = fileProblem(file);
      return newEntry(file.name, { file, problem, busy: problem === undefined });
    });
    change({ kind: 'put', entries });
    for (const { key, file, busy } of entries) if (busy && file !== undefined) void read(key, file);
  };

  const putStored = (torrent: StoredTorrent): void => {
    const entry = newEntry(torrent.name, { busy: true });
    change({ kind: 'put', entries: [entry] });
    change({ kind: 'read', key: entry.key, content: torrent, suggestedName: nameFrom(torrent) });
  };

  const refuse = (entry: Entry, refusal: Refusal): void => {
    const field = fieldOf(refusal);
    const text = refusalText(refusal, { root: queries.getQueryData(infoQuery.queryKey)?.root ?? '' });
    if (field === 'name') change({ kind: 'entry', key: entry.key, change: { nameError: text, busy: false } });
    else if (field !== undefined) {
      change({ kind: 'entry', key: entry.key, change: { busy: false } });
      change({ kind: 'errors', errors: { [field]: text } });
    } else change({ kind: 'entry', key: entry.key, change: { problem: text, busy: false } });
  };

  const addOne = async (entry: Entry): Promise<boolean> => {
    change({ kind: 'entry', key: entry.key, change: { busy: true, problem: undefined } });
    let torrentFile = entry.fileName;
    if (entry.file !== undefined) {
      const kept = await api.upload(entry.file);
      if (!kept.ok) {
        const problem = kept.code === 'name-taken' ? t('error.torrent-name-taken') : refusalText(kept);
        change({ kind: 'entry', key: entry.key, change: { problem, busy: false } });
        return false;
      }
      torrentFile = kept.value.name;
    }
    const created = await api.create(requestOf(entry, torrentFile, draft.fields));
    if (!created.ok) {
      refuse(entry, created);
      return false;
    }
    change({ kind: 'take-out', key: entry.key });
    return true;
  };

  const submit = async (): Promise<boolean> => {
    const wanted = draft.entries.filter(({ content }) => content !== undefined);
    const found = checkDraft({ ...draft, entries: wanted });
    const errors: FieldErrors = Object.fromEntries(Object.entries(found.fields).map(([field, key]) => [field, t(key)]));
    change({ kind: 'errors', errors });
    for (const [key, text] of found.names) change({ kind: 'entry', key, change: { nameError: t(text) } });
    if (found.names.size > 0 || Object.keys(errors).length > 0) return false;
    let count = 0;
    for (const entry of wanted) if (await addOne(entry)) count += 1;
    if (count > 0) notify(notices, t('add.done', { count }));
    void queries.invalidateQueries({ queryKey: torrentsQuery.queryKey });
    return count === draft.entries.length;
  };

  return { draft, change, putFiles, putStored, submit };
}

function fileProblem(file: File): string | undefined {
  if (!file.name.toLowerCase().endsWith('.torrent')) return t('add.not-torrent-name');
  return file.size > LARGEST_FILE ? t('add.too-big') : undefined;
}
