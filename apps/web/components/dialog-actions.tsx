// The foot of a dialog: leaving it, and doing what it is for.

import type { ReactNode } from 'react';
import { t } from '../lib/language.ts';
import { Button, type ButtonLook } from './button.tsx';

interface DialogActionsProps {
  readonly look?: ButtonLook;
  readonly disabled?: boolean;
  readonly onCancel: () => void;
  readonly onSubmit: () => void;
  /** What it does. */
  readonly children: ReactNode;
}

export function DialogActions({ look = 'filled', disabled, onCancel, onSubmit, children }: DialogActionsProps) {
  return (
    <>
      <Button look="quiet" onClick={onCancel}>
        {t('action.cancel')}
      </Button>
      <Button look={look} disabled={disabled} onClick={onSubmit}>
        {children}
      </Button>
    </>
  );
}
