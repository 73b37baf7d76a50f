// The dialog that adds torrents: the files with what is inside, where the data goes, and the rest behind "more".

import { useQuery } from '@tanstack/react-query';
import { Upload } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button, buttonClass } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { format, t } from '../../lib/language.ts';
import { infoQuery } from '../../lib/queries.ts';
import { EntryCard } from './entry-card.tsx';
import { MoreFields } from './more-fields.tsx';
import type { DraftActions } from './use-draft.ts';

interface AddDialogProps extends DraftActions {
  readonly onClose: () => void;
}

export function AddDialog({ draft, change, putFiles, submit, onClose }: AddDialogProps) {
  const info = useQuery(infoQuery).data;
  const form = useRef<HTMLFormElement>(null);
  const [adding, setAdding] = useState(false);
  const [empty, setEmpty] = useState(false);
  // Each refusal leads to the first field that is wrong, once it is marked on the page.
  const [refusals, setRefusals] = useState(0);
  useEffect(() => {
    if (refusals > 0) form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  }, [refusals]);
  const ready = draft.entries.filter(({ content }) => content !== undefined);
  const needed = ready.reduce((sum, { content }) => sum + (content?.totalSize ?? 0), 0);

  const send = async (): Promise<void> => {
    if (adding) return;
    setEmpty(ready.length === 0);
    if (ready.length === 0) return;
    setAdding(true);
    const done = await submit();
    setAdding(false);
    if (done) return onClose();
    setRefusals((count) => count + 1);
  };

  return (
    <Dialog
      open
      wide
      title={t('add.title')}
      onClose={onClose}
      onSubmit={() => void send()}
      footer={
        <>
          {ready.length > 0 && <Space needed={needed} free={info?.freeBytes ?? null} />}
          <Button look="quiet" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button look="filled" aria-disabled={adding} onClick={() => void send()}>
            {adding ? t('add.adding') : t('add.submit', { count: Math.max(1, ready.length) })}
          </Button>
        </>
      }
    >
      <form
        ref={form}
        onSubmit={(event) => {
          event.preventDefault();
        }}
        className="flex flex-col gap-4"
      >
        <div className="flex flex-wrap items-center justify-center gap-3 rounded-md border border-dashed border-control px-4 py-4 text-muted">
          <Upload size={18} aria-hidden />
          <span className="pointer-coarse:hidden">{t('add.drop')}</span>
          <label
            className={buttonClass(
              'plain',
              'focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent',
            )}
          >
            <input
              type="file"
              accept=".torrent,application/x-bittorrent"
              multiple
              className="sr-only"
              onChange={(event) => {
                putFiles([...(event.target.files ?? [])]);
                setEmpty(false);
                // The same file may be chosen again after it was mended.
                event.target.value = '';
              }}
            />
            <span className="text-text">{t('add.browse')}</span>
          </label>
        </div>
        {empty && (
          <p role="alert" className="text-bad">
            {t('add.nothing')}
          </p>
        )}
        {draft.entries.map((entry) => (
          <EntryCard key={entry.key} entry={entry} change={change} />
        ))}
        <Field
          label={t('add.folder')}
          hint={info === undefined ? undefined : t('add.folder-hint', { root: info.root })}
          error={draft.errors.folder}
          value={draft.fields.folder}
          onChange={(event) => change({ kind: 'field', field: 'folder', value: event.target.value })}
          className="[&_input]:font-mono"
        />
        <MoreFields fields={draft.fields} errors={draft.errors} change={change} />
      </form>
    </Dialog>
  );
}

function Space({ needed, free }: { readonly needed: number; readonly free: number | null }) {
  const values = { size: format.bytes(needed), free: format.bytes(free ?? 0) };
  const short = free !== null && free < needed;
  const key = free === null ? 'add.space' : short ? 'add.space-short' : 'add.space-free';
  return (
    <p className={`mr-auto max-md:basis-full ${short ? 'font-semibold text-bad' : 'text-muted'}`}>{t(key, values)}</p>
  );
}
