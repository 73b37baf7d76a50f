// The instances of a container that has several: who has everything already, on which host each is and how it is.

import type { ContainerView } from '@enjambre/contract';
import { Cells } from '../../components/comb.tsx';
import { Name } from '../../components/name.tsx';
import { Panel } from '../../components/panel.tsx';
import { PlainTable, type TableColumn } from '../../components/plain-table.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { Nothing, Speed } from '../../components/speed.tsx';
import { StateLine } from '../../components/state-mark.tsx';
import { type ShownState, shownState } from '../../fleet/shown-state.ts';
import { format, t } from '../../lib/language.ts';
import { combOf, RADIUS } from '../containers/fleet-comb.ts';
import { isComplete } from '../containers/row-text.ts';

/** An instance with what it has of its container, so that it is told in the same words. */
type Row = Pick<ContainerView, 'id' | 'host' | 'status'> & {
  readonly image: string;
  readonly shown: ShownState;
  readonly complete: boolean;
};

interface InstancesProps {
  readonly container: ContainerView;
  /** Unix milliseconds. */
  readonly now: number;
}

export function Instances({ container, now }: InstancesProps) {
  const { instances, config } = container;
  if (instances.length === 0) return null;
  const views = instances.map((instance): ContainerView => ({ ...container, ...instance, instances: [] }));
  const rows = views.map(
    (view, index): Row => ({
      id: view.id,
      host: view.host,
      status: view.status,
      image: instances[index].image,
      shown: shownState(view, now, format),
      complete: isComplete(view),
    }),
  );
  const images = new Set([...rows.map(({ image }) => image), config.imageName ?? rows[0].image]);
  const { cells, width, height } = combOf(views, now, format);
  return (
    <Panel
      title={t('instances.title')}
      note={t('instances.have', { have: rows.filter(({ complete }) => complete).length, count: rows.length })}
      action={
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
          <Cells cells={cells} radius={RADIUS} />
        </svg>
      }
    >
      <PlainTable
        label={t('instances.title')}
        columns={COLUMNS.filter(({ label }) => label !== 'images.name' || images.size > 1)}
        rows={rows}
        keyOf={({ id }) => id}
      />
    </Panel>
  );
}

const COLUMNS: readonly TableColumn<Row>[] = [
  {
    label: 'column.host',
    className: 'w-1/4 max-md:w-1/3',
    cell: ({ host, id }) => (
      <span className="flex min-w-0 flex-wrap gap-x-2">
        {host === null ? <Nothing meaning={t('cell.unknown')} /> : <Name name={host} whole />}
        {/* Replicas are counted; one on every host is named by its host. */}
        {/^\d+$/.test(id) && <span className="shrink-0 text-muted">{id}</span>}
      </span>
    ),
  },
  { label: 'column.state', cell: ({ shown }) => <StateLine shown={shown} /> },
  {
    label: 'column.progress',
    className: 'w-1/5 max-md:w-20',
    cell: ({ status, shown }) => (
      <span className="flex items-center gap-2">
        <span className="grow max-md:hidden">
          <ProgressBar percent={status?.progress ?? 0} tone={shown.tone} label={t('column.progress')} />
        </span>
        <span className="w-13 shrink-0 text-right">{format.percent(status?.progress ?? 0)}</span>
      </span>
    ),
  },
  {
    label: 'column.down',
    className: 'w-28 max-md:hidden',
    numeric: true,
    cell: ({ status }) => <Speed bytesPerSecond={status?.download_speed ?? 0} />,
  },
  {
    label: 'column.up',
    className: 'w-28 max-md:hidden',
    numeric: true,
    cell: ({ status }) => <Speed bytesPerSecond={status?.upload_speed ?? 0} />,
  },
  { label: 'images.name', className: 'w-1/5', cell: ({ image }) => <Name name={image} className="font-mono" /> },
];
