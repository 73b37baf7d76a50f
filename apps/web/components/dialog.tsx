// A dialog over the page: focus starts on its heading, so that Enter alone does nothing, and returns to where it was.

import { Dialog as BaseDialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { type ReactNode, useRef } from 'react';
import { t } from '../lib/language.ts';
import { IconButton } from './button.tsx';

interface DialogProps {
  readonly title: ReactNode;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly wide?: boolean;
  readonly children: ReactNode;
  /** Stays in sight below what scrolls. */
  readonly footer?: ReactNode;
  /** Ctrl-Enter. */
  readonly onSubmit?: () => void;
}

export function Dialog({ title, open, onClose, wide = false, children, footer, onSubmit }: DialogProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  return (
    <BaseDialog.Root open={open} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className="fixed inset-0 z-30 bg-shade transition-opacity duration-[120ms] data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <BaseDialog.Popup
          initialFocus={heading}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) onSubmit?.();
          }}
          className={`comes-in fixed inset-x-0 bottom-0 z-40 mx-auto flex max-h-[92dvh] w-full flex-col overflow-hidden rounded-t-md bg-surface shadow-over md:top-[8vh] md:bottom-auto md:max-h-[84vh] md:rounded-md ${wide ? 'md:w-[44rem]' : 'md:w-[30rem]'}`}
        >
          <header className="flex items-center gap-2 border-b border-hairline py-2 pr-2 pl-4">
            <BaseDialog.Title ref={heading} tabIndex={-1} className="min-w-0 flex-1 truncate text-lead font-semibold">
              {title}
            </BaseDialog.Title>
            <IconButton label={t('action.close')} onClick={onClose}>
              <X size={18} aria-hidden />
            </IconButton>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-4 py-4">{children}</div>
          {footer !== undefined && (
            <footer className="flex flex-wrap items-center justify-end gap-2 border-t border-hairline px-4 py-3">
              {footer}
            </footer>
          )}
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}
