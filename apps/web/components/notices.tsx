// What was done or failed, in the corner, spoken politely; with a way back where there is one, also by Ctrl-Z.

import { X } from 'lucide-react';
import { useEffect } from 'react';
import { useFleet, useValue } from '../fleet/fleet-context.tsx';
import { t } from '../lib/language.ts';
import { dismiss } from '../lib/notice.ts';
import { IconButton } from './button.tsx';

export function Notices() {
  const { notices } = useFleet();
  const list = useValue(notices);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key !== 'z' || event.shiftKey || event.altKey || !(event.ctrlKey || event.metaKey)) return;
      // A field takes back what was typed in it.
      if ((event.target as Element | null)?.closest('input:not([type=checkbox]), textarea, [role=dialog]')) return;
      const last = list.findLast(({ undo }) => undo !== undefined);
      if (last === undefined) return;
      event.preventDefault();
      dismiss(notices, last.id);
      last.undo?.();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [list, notices]);
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-0 bottom-18 z-50 flex flex-col items-center gap-2 px-4 md:bottom-14 md:items-end"
    >
      {list.map(({ id, text, failed, undo }) => (
        <div
          key={id}
          className={`pointer-events-auto flex max-w-xl items-center gap-3 rounded-md border bg-surface py-1 pr-1 pl-4 shadow-over ${failed ? 'border-bad text-bad' : 'border-hairline'}`}
        >
          <span className="py-1">{text}</span>
          {undo !== undefined && (
            <button
              type="button"
              className="min-h-6 font-semibold text-accent hover:underline"
              onClick={() => {
                dismiss(notices, id);
                undo();
              }}
            >
              {t('done.undo')}
            </button>
          )}
          <IconButton label={t('action.close')} onClick={() => dismiss(notices, id)}>
            <X size={16} aria-hidden />
          </IconButton>
        </div>
      ))}
    </div>
  );
}
