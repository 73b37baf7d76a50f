// One file that is about to be added: what is inside, the name its container will have, what is wrong with it.

import { X } from 'lucide-react';
import { IconButton } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { Name } from '../../components/name.tsx';
import { format, t } from '../../lib/language.ts';
import type { Content, DraftChange, Entry } from './draft.ts';

const FILES_SHOWN = 100;

interface EntryCardProps {
  readonly entry: Entry;
  readonly change: (change: DraftChange) => void;
}

export function EntryCard({ entry, change }: EntryCardProps) {
  const { key, content, fileName, name, nameError, problem, busy } = entry;
  return (
    <section aria-label={fileName} className="rounded-md border border-hairline">
      <div className="flex items-center gap-3 py-1 pr-1 pl-3">
        <Name name={content?.torrentName ?? fileName} className="flex-1 font-semibold" />
        {content !== undefined && <span className="whitespace-nowrap">{format.bytes(content.totalSize)}</span>}
        <IconButton
          label={t('add.take-out', { name: fileName })}
          disabled={busy}
          onClick={() => change({ kind: 'take-out', key })}
        >
          <X size={16} aria-hidden />
        </IconButton>
      </div>
      {busy && content === undefined && <p className="px-3 pb-2 text-muted">{t('add.reading')}</p>}
      {problem !== undefined && (
        <p role="alert" className="px-3 pb-2 text-bad">
          {problem}
        </p>
      )}
      {content !== undefined && (
        <div className="flex flex-col gap-3 px-3 pb-3">
          <Inside content={content} />
          <Field
            label={t('add.name')}
            value={name}
            error={nameError}
            onChange={({ target }) =>
              change({ kind: 'entry', key, change: { name: target.value, nameError: undefined } })
            }
          />
        </div>
      )}
    </section>
  );
}

function Inside({ content }: { readonly content: Content }) {
  const { fileCount, files = [], pieces, pieceLength, usedBy, trackers } = content;
  const facts = [
    t('add.files', { count: fileCount }),
    ...(pieces === undefined ? [] : [t('add.pieces', { count: pieces, size: format.bytes(pieceLength ?? 0) })]),
    ...(content.private === true ? [t('add.private')] : []),
  ];
  return (
    <div className="text-row">
      <p className="text-muted">{facts.join(' · ')}</p>
      {trackers?.length === 0 && <p className="text-wait">{t('add.no-tracker')}</p>}
      {usedBy.length > 0 && <p className="text-wait">{t('add.used-by', { names: usedBy.join(', ') })}</p>}
      {files.length > 1 && (
        <details className="pt-1">
          <summary className="min-h-6 text-accent">{t('add.show-files', { name: content.torrentName })}</summary>
          <ul
            className="mt-1 max-h-48 divide-y divide-hairline overflow-y-auto rounded-md bg-canvas px-3"
            tabIndex={-1}
          >
            {files.slice(0, FILES_SHOWN).map(({ path, size }) => (
              <li key={path} className="flex gap-4 py-1">
                <Name name={path} className="flex-1" />
                <span className="whitespace-nowrap text-muted">{format.bytes(size)}</span>
              </li>
            ))}
            {fileCount > FILES_SHOWN && (
              <li className="py-1 text-muted">{t('add.more-files', { count: fileCount - FILES_SHOWN })}</li>
            )}
          </ul>
        </details>
      )}
    </div>
  );
}
