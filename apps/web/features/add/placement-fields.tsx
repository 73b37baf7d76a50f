// Where there are several hosts: how many instances a container has, and on which of them.

import { useQuery } from '@tanstack/react-query';
import { Choice, Field } from '../../components/field.tsx';
import { t } from '../../lib/language.ts';
import { hostsQuery } from '../../lib/queries.ts';
import type { Bind, SharedFields } from './draft.ts';

interface PlacementFieldsProps {
  readonly fields: SharedFields;
  readonly bind: Bind;
}

export function PlacementFields({ fields, bind }: PlacementFieldsProps) {
  const hosts = useQuery(hostsQuery).data ?? [];
  const { placement } = fields;
  return (
    <>
      <Choice label={t('add.placement')} {...bind('placement')}>
        <option value="one">{t('add.placement-one')}</option>
        <option value="replicas">{t('add.placement-replicas')}</option>
        <option value="global">{t('add.placement-global')}</option>
      </Choice>
      {placement === 'replicas' && <Field label={t('add.replicas')} inputMode="numeric" {...bind('replicas')} />}
      {placement !== 'global' && (
        <Choice label={t('add.host')} {...bind('host')}>
          <option value="">{t('add.host-any')}</option>
          {hosts.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Choice>
      )}
      {placement === 'replicas' && <Field label={t('add.spread')} hint={t('add.spread-hint')} {...bind('spread')} />}
      <Field label={t('add.constraints')} hint={t('add.constraints-hint')} {...bind('constraints')} />
    </>
  );
}
