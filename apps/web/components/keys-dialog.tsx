// The window of keys: the table of commands as people read it.

import { useQuery } from '@tanstack/react-query';
import { hasEngine } from '../features/engine/engine-of.ts';
import { useValue } from '../fleet/fleet-context.tsx';
import { type Command, LIST_COMMANDS, PAGE_COMMANDS, setSingleKeys, singleKeys } from '../lib/commands.ts';
import { t } from '../lib/language.ts';
import { infoQuery } from '../lib/queries.ts';
import { Dialog } from './dialog.tsx';

export function KeysDialog({ onClose }: { readonly onClose: () => void }) {
  const on = useValue(singleKeys);
  const engine = hasEngine(useQuery(infoQuery).data);
  // No key leads to a place that the page does not have.
  const anywhere = PAGE_COMMANDS.filter(({ name }) => name !== 'engine' || engine);
  return (
    <Dialog open title={t('keys.title')} onClose={onClose}>
      <Keys title={t('keys.anywhere')} commands={anywhere} />
      <label className="my-3 flex min-h-8 items-center gap-2 text-row text-muted">
        <input
          type="checkbox"
          checked={on}
          onChange={(event) => setSingleKeys(event.target.checked)}
          className="size-4 accent-accent"
        />
        {t('keys.single')}
      </label>
      <Keys title={t('keys.in-list')} commands={LIST_COMMANDS} />
    </Dialog>
  );
}

function Keys({ title, commands }: { readonly title: string; readonly commands: readonly Command[] }) {
  return (
    <section>
      <h3 className="pb-1 text-row font-semibold text-muted">{title}</h3>
      <dl className="grid grid-cols-[1fr_auto] items-center gap-y-1">
        {commands.map(({ name, keys, label }) => (
          <div key={name} className="contents">
            <dt>{t(label)}</dt>
            <dd className="flex justify-end gap-1">
              {keys.map((key) => (
                <kbd
                  key={key}
                  className="min-w-6 rounded-sm border border-control px-1.5 text-center font-mono text-note"
                >
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
