// The machines that containers run on: how each is and why, how many run there, what it has.

import type { Host } from '@enjambre/contract';
import { useQuery } from '@tanstack/react-query';
import { Name } from '../../components/name.tsx';
import { Panel } from '../../components/panel.tsx';
import { PlainTable, type TableColumn } from '../../components/plain-table.tsx';
import { StateLine } from '../../components/state-mark.tsx';
import type { ShownState } from '../../fleet/shown-state.ts';
import { format, t } from '../../lib/language.ts';
import { hostsQuery } from '../../lib/queries.ts';
import { visibleName } from '../../lib/visible-name.ts';
import { Waiting } from './waiting.tsx';

const STATES: Readonly<Record<Host['state'], ShownState>> = {
  ready: { kind: 'complete', tone: 'good', word: { key: 'hosts.ready' }, reason: undefined, ticks: false },
  down: { kind: 'failed', tone: 'bad', word: { key: 'hosts.down' }, reason: undefined, ticks: false },
  unknown: { kind: 'no-answer', tone: 'wait', word: { key: 'hosts.unknown' }, reason: undefined, ticks: false },
};

const COLUMNS: readonly TableColumn<Host>[] = [
  {
    label: 'hosts.name',
    className: 'w-1/5 max-md:w-2/5',
    cell: ({ name, address }) => (
      <>
        <Name name={name} whole />
        {address !== null && <span className="text-note text-muted">{address}</span>}
      </>
    ),
  },
  {
    label: 'column.state',
    cell: ({ state, reason }) => (
      <>
        <StateLine shown={STATES[state]} />
        {/* The backend's sentence is in English whatever the page speaks. */}
        {reason !== null && (
          <span lang="en" className="block text-note text-muted">
            {visibleName(reason)}
          </span>
        )}
      </>
    ),
  },
  { label: 'hosts.instances', className: 'w-24', numeric: true, cell: ({ instances }) => format.number(instances) },
  {
    label: 'hosts.machine',
    className: 'w-44 max-md:hidden',
    numeric: true,
    cell: ({ cpus, memoryBytes }) => t('hosts.has', { count: cpus, memory: format.bytes(memoryBytes) }),
  },
  {
    label: 'hosts.labels',
    className: 'w-1/5 max-lg:hidden',
    cell: ({ labels }) => (
      <span className="font-mono text-note text-muted">
        {Object.entries(labels)
          .map(([name, value]) => visibleName(`${name}=${value}`))
          .join(' ')}
      </span>
    ),
  },
];

export function Hosts() {
  const { data: hosts, error } = useQuery(hostsQuery);
  const labelled = hosts?.some(({ labels }) => Object.keys(labels).length > 0);
  const ready = hosts?.filter(({ state }) => state === 'ready').length ?? 0;
  const note = hosts === undefined ? undefined : t('hosts.ready-of', { ready, count: hosts.length });
  return (
    <Panel title={t('hosts.title')} note={note}>
      {hosts === undefined || hosts.length === 0 ? (
        <Waiting error={error} text={t(hosts === undefined ? 'engine.loading' : 'hosts.empty')} />
      ) : (
        <PlainTable
          label={t('hosts.title')}
          columns={labelled ? COLUMNS : COLUMNS.slice(0, -1)}
          rows={hosts}
          keyOf={({ id }) => id}
        />
      )}
    </Panel>
  );
}
