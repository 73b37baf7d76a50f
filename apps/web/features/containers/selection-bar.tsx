// What can be done with all that is selected, at the foot of the list.

import { Trash2, X } from 'lucide-react';
import { Button, IconButton } from '../../components/button.tsx';
import { VERB_ICONS, VERB_TEXTS } from '../../components/verb-face.tsx';
import { useFleet, useFleetVersion, useValue } from '../../fleet/fleet-context.tsx';
import { useAct } from '../../fleet/use-actions.ts';
import { makesSense, VERBS } from '../../fleet/verb.ts';
import { format, t } from '../../lib/language.ts';
import type { ListCursor } from './list-state.ts';

interface SelectionBarProps {
  readonly cursor: ListCursor;
  readonly onRemove: (ids: readonly string[]) => void;
}

export function SelectionBar({ cursor, onRemove }: SelectionBarProps) {
  const { store } = useFleet();
  const act = useAct();
  const { selected } = useValue(cursor);
  useFleetVersion();
  const rows = [...selected].flatMap((id) => store.row(id) ?? []);
  if (rows.length === 0) return null;
  const ids = rows.map(({ id }) => id);
  const size = rows.reduce((sum, { totalSize }) => sum + totalSize, 0);
  return (
    <section
      aria-label={t('selection.label')}
      className="flex flex-wrap items-center gap-2 border-t border-hairline bg-selected px-4 py-2 max-md:pb-6"
    >
      <span className="mr-2 font-semibold max-md:grow max-md:basis-3/4">
        {t('selection.count', { count: rows.length })}
        <span className="pl-2 font-normal text-muted">{format.bytes(size)}</span>
      </span>
      <IconButton label={t('selection.clear')} onClick={() => cursor.clear()} className="md:order-last md:ml-auto">
        <X size={16} aria-hidden />
      </IconButton>
      {VERBS.map((verb) => (
        <Button
          key={verb}
          disabled={!rows.some((row) => makesSense(verb, row))}
          className="max-md:disabled:hidden"
          onClick={(event) => act(verb, ids, event.currentTarget)}
          aria-label={t(VERB_TEXTS[verb])}
        >
          {VERB_ICONS[verb]}
          <span className="max-md:hidden">{t(VERB_TEXTS[verb])}</span>
        </Button>
      ))}
      <Button onClick={() => onRemove(ids)} aria-label={t('action.remove')} className="text-bad">
        <Trash2 size={16} aria-hidden />
        <span className="max-md:hidden">{t('action.remove')}</span>
      </Button>
    </section>
  );
}
