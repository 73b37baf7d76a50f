// The rest of the form, for who needs it: how peers are found, ports, what Docker wants to know, limits.

import { useState } from 'react';
import { Choice, Field } from '../../components/field.tsx';
import { t } from '../../lib/language.ts';
import type { TextKey } from '../../texts/en.ts';
import type { DraftChange, FieldErrors, SharedField, SharedFields } from './draft.ts';

const MODES: readonly (readonly [value: string, label: TextKey, available: boolean])[] = [
  ['tracker', 'add.discovery-tracker', true],
  ['overlay', 'add.discovery-overlay', false],
  ['dht', 'add.discovery-dht', false],
  ['pex', 'add.discovery-pex', false],
  ['lsd', 'add.discovery-lsd', false],
];

interface MoreFieldsProps {
  readonly fields: SharedFields;
  readonly errors: FieldErrors;
  readonly change: (change: DraftChange) => void;
}

export function MoreFields({ fields, errors, change }: MoreFieldsProps) {
  const [open, setOpen] = useState(false);
  const { folder: _folder, ...hidden } = errors;
  const bind = (field: SharedField) => ({
    value: fields[field],
    error: errors[field],
    onChange: (event: { readonly target: { readonly value: string } }) =>
      change({ kind: 'field', field, value: event.target.value }),
  });
  return (
    // A field with an error must be in sight.
    <details open={open || Object.keys(hidden).length > 0} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="min-h-6 font-semibold">{t('add.more')}</summary>
      <div className="grid gap-4 pt-3 md:grid-cols-2">
        <Choice label={t('add.discovery')} {...bind('discovery')}>
          {MODES.map(([value, label, available]) => (
            <option key={value} value={value} disabled={!available}>
              {t(label)}
            </option>
          ))}
        </Choice>
        <Field label={t('add.bootstrap')} hint={t('add.bootstrap-hint')} {...bind('bootstrap')} />
        <Field
          label={t('add.download-limit')}
          unit={t('add.limit-unit')}
          hint={t('add.limit-hint')}
          inputMode="numeric"
          {...bind('downloadLimit')}
        />
        <Field
          label={t('add.upload-limit')}
          unit={t('add.limit-unit')}
          hint={t('add.limit-hint')}
          inputMode="numeric"
          {...bind('uploadLimit')}
        />
        <Field label={t('add.port')} inputMode="numeric" {...bind('port')} />
        <Field label={t('add.network')} hint={t('add.driver-hint')} {...bind('network')} />
        <Field label={t('add.image')} hint={t('add.driver-hint')} {...bind('image')} />
      </div>
    </details>
  );
}
