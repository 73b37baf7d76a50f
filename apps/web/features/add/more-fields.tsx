// The rest of the form, for who needs it: how peers are found, limits, and what an engine wants to know where there is one.

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Choice, Field } from '../../components/field.tsx';
import { t } from '../../lib/language.ts';
import { infoQuery } from '../../lib/queries.ts';
import type { TextKey } from '../../texts/en.ts';
import { hasEngine, hasHosts } from '../engine/engine-of.ts';
import { type Bind, type DraftChange, type FieldErrors, type SharedFields, usesOverlay } from './draft.ts';
import { EngineFields } from './engine-fields.tsx';
import { PlacementFields } from './placement-fields.tsx';

const MODES: readonly (readonly [value: string, label: TextKey, available: boolean])[] = [
  ['tracker', 'add.discovery-tracker', true],
  ['overlay', 'add.discovery-overlay', true],
  ['tracker,overlay', 'add.discovery-both', true],
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
  const info = useQuery(infoQuery).data;
  const { folder: _folder, ...hidden } = errors;
  const bind: Bind = (field) => ({
    value: fields[field],
    error: errors[field],
    onChange: (event) => change({ kind: 'field', field, value: event.target.value }),
  });
  return (
    // A field with an error must be in sight.
    <details open={open || Object.keys(hidden).length > 0} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="min-h-6 font-semibold">{t('add.more')}</summary>
      <div className="grid gap-4 pt-3 md:grid-cols-2">
        <Choice label={t('add.discovery')} className="md:col-span-2" {...bind('discovery')}>
          {MODES.map(([value, label, available]) => (
            <option key={value} value={value} disabled={!available}>
              {t(label)}
            </option>
          ))}
        </Choice>
        {usesOverlay(fields) && (
          <>
            <Field label={t('add.bootstrap')} hint={t('add.bootstrap-hint')} {...bind('bootstrap')} />
            <Field label={t('add.port')} hint={t('add.port-hint')} inputMode="numeric" {...bind('port')} />
          </>
        )}
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
        {hasEngine(info) && <EngineFields bind={bind} />}
        {hasHosts(info) && <PlacementFields fields={fields} bind={bind} />}
      </div>
    </details>
  );
}
