// The networks that containers find each other on by name: which there are, and making one.

import type { AnswerOf } from '@enjambre/contract';
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Name } from '../../components/name.tsx';
import { Panel } from '../../components/panel.tsx';
import { PlainTable, type TableColumn } from '../../components/plain-table.tsx';
import { format, t } from '../../lib/language.ts';
import { networksQuery } from '../../lib/queries.ts';
import { NetworkDialog } from './network-dialog.tsx';
import { Waiting } from './waiting.tsx';

type Network = AnswerOf<'GET /api/networks'>[number];

const COLUMNS: readonly TableColumn<Network>[] = [
  {
    label: 'networks.name',
    cell: ({ name, driver, scope }) => (
      <>
        <Name name={name} />
        <span className="text-note text-muted md:hidden">{[driver, scope].join(' · ')}</span>
      </>
    ),
  },
  { label: 'networks.kind', className: 'w-32 max-md:hidden', cell: ({ driver }) => driver },
  { label: 'networks.scope', className: 'w-32 max-md:hidden', cell: ({ scope }) => scope },
  {
    label: 'networks.created',
    className: 'w-48',
    numeric: true,
    cell: ({ created }) => format.date(Date.parse(created)),
  },
];

export function Networks() {
  const { data, error } = useQuery(networksQuery);
  const [making, setMaking] = useState(false);
  const networks = data?.toSorted((a, b) => a.name.localeCompare(b.name, format.locale));
  return (
    <Panel
      title={t('networks.title')}
      note={t('networks.about')}
      action={
        <Button onClick={() => setMaking(true)}>
          <Plus size={16} aria-hidden />
          {t('networks.make')}
        </Button>
      }
    >
      {networks === undefined || networks.length === 0 ? (
        <Waiting error={error} text={t(networks === undefined ? 'engine.loading' : 'networks.empty')} />
      ) : (
        <PlainTable label={t('networks.title')} columns={COLUMNS} rows={networks} keyOf={({ id }) => id} />
      )}
      {making && <NetworkDialog onClose={() => setMaking(false)} />}
    </Panel>
  );
}
