// Makes adding reachable from everywhere: files may be dropped anywhere in the window, views open the dialog.

import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { useCommand } from '../../lib/commands.ts';
import { t } from '../../lib/language.ts';
import { late } from '../../lib/late.tsx';
import { type Add, AddContextProvider } from './add-context.ts';
import { useDraft } from './use-draft.ts';

const AddDialog = late(async () => (await import('./add-dialog.tsx')).AddDialog);

export function AddProvider({ children }: { readonly children: ReactNode }) {
  const draft = useDraft();
  const { putFiles, putStored } = draft;
  const [open, setOpen] = useState(false);
  const put = useRef({ putFiles, putStored });
  useEffect(() => {
    put.current = { putFiles, putStored };
  });
  const add = useCallback<Add>((given) => {
    if (given !== undefined && 'name' in given) put.current.putStored(given);
    else if (given !== undefined) put.current.putFiles(given);
    setOpen(true);
  }, []);
  useCommand('add', () => add());
  const over = useDroppedFiles(add);
  return (
    <AddContextProvider value={add}>
      {children}
      {open && <AddDialog {...draft} onClose={() => setOpen(false)} />}
      {over && (
        <div className="pointer-events-none fixed inset-0 z-50 grid place-items-center border-4 border-dashed border-accent bg-shade">
          <p className="rounded-md bg-surface px-6 py-3 text-title font-semibold shadow-over">{t('add.over')}</p>
        </div>
      )}
    </AddContextProvider>
  );
}

/** Gives whether files are being held over the window. */
function useDroppedFiles(add: Add): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
    const onOver = (event: DragEvent): void => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const onLeave = (event: DragEvent): void => {
      // Only when it leaves the window, not when it goes from one element to another.
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent): void => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setOver(false);
      add([...(event.dataTransfer?.files ?? [])]);
    };
    window.addEventListener('dragover', onOver);
    window.addEventListener('dragleave', onLeave);
    window.addEventListener('drop', onDrop);
    return () => {
      window.removeEventListener('dragover', onOver);
      window.removeEventListener('dragleave', onLeave);
      window.removeEventListener('drop', onDrop);
    };
  }, [add]);
  return over;
}
