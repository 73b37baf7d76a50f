// The figures of a container, each in its own place: speeds, peers, what it costs the machine.

import type { ContainerView } from '@enjambre/contract';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Nothing } from '../../components/speed.tsx';
import { format, t } from '../../lib/language.ts';
import { statsQuery } from '../../lib/queries.ts';
import { isStale } from '../containers/row-text.ts';

interface FiguresProps {
  readonly container: ContainerView;
  /** Unix milliseconds. */
  readonly now: number;
}

export function Figures({ container, now }: FiguresProps) {
  const runs = container.state === 'running';
  const stats = useQuery(statsQuery(container.id, runs)).data;
  const { status, startedAt, restarts } = container;
  const stale = isStale(container);
  const memory = stats === undefined || !runs ? undefined : format.bytesFigure(stats.memoryBytes);
  return (
    <section data-figures aria-label={t('view.figures')} className="rounded-md border border-hairline bg-surface">
      <dl className="grid grid-cols-2 gap-x-4 gap-y-4 p-4 md:grid-cols-3 lg:grid-cols-6">
        <SpeedOf label={t('speed.down')} bytesPerSecond={stale ? 0 : (status?.download_speed ?? 0)} />
        <SpeedOf label={t('speed.up')} bytesPerSecond={stale ? 0 : (status?.upload_speed ?? 0)} />
        <Figure label={t('view.peers')} unit={t('view.peers-known', { count: status?.total_peers ?? 0 })}>
          {format.number(stale ? 0 : (status?.connected_peers ?? 0))}
        </Figure>
        <Figure label={t('view.cpu')} hint={t('view.cpu-hint')}>
          {stats === undefined || !runs ? <Nothing meaning={t('cell.unknown')} /> : format.percent(stats.cpuPercent)}
        </Figure>
        <Figure label={t('view.memory')} unit={memory?.unit}>
          {memory === undefined ? <Nothing meaning={t('cell.unknown')} /> : memory.value}
        </Figure>
        <Figure
          label={t('view.since')}
          unit={restarts > 0 ? `${t('view.restarts')}: ${format.number(restarts)}` : undefined}
        >
          {runs && startedAt !== null ? (
            format.duration((now - startedAt) / 1000)
          ) : (
            <Nothing meaning={t('cell.unknown')} />
          )}
        </Figure>
      </dl>
    </section>
  );
}

function SpeedOf({ label, bytesPerSecond }: { readonly label: string; readonly bytesPerSecond: number }) {
  const { value, unit } = format.speedFigure(bytesPerSecond);
  return (
    <Figure label={label} unit={bytesPerSecond === 0 ? undefined : unit}>
      {bytesPerSecond === 0 ? <Nothing /> : value}
    </Figure>
  );
}

interface FigureProps {
  readonly label: string;
  readonly hint?: string;
  readonly unit?: string | undefined;
  readonly children: ReactNode;
}

function Figure({ label, hint, unit, children }: FigureProps) {
  return (
    <div className="min-w-0" title={hint}>
      <dt className="text-note text-muted">{label}</dt>
      <dd className="text-title leading-[1.3] font-semibold whitespace-nowrap">
        {children}
        {unit !== undefined && <span className="pl-1 text-note font-normal text-muted">{unit}</span>}
      </dd>
    </div>
  );
}
