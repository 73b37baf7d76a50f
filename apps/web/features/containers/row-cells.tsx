// A container as one line of the list, where there is room for columns.

import type { ContainerView } from '@enjambre/contract';
import { MoreHorizontal } from 'lucide-react';
import { memo, type ReactNode } from 'react';
import { Name } from '../../components/name.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { Nothing, Speed } from '../../components/speed.tsx';
import { StateLine } from '../../components/state-mark.tsx';
import { format, t } from '../../lib/language.ts';
import { COLUMNS } from './columns.ts';
import { isComplete, isStale, secondsLeft, sizeText } from './row-text.ts';
import { useShownRow } from './use-row.ts';

export interface RowProps {
  readonly id: string;
  readonly selected: boolean;
  /** The cell where the cursor is, -1 for the row itself; undefined when it is elsewhere. */
  readonly cell: number | undefined;
}

export const cellId = (id: string, cell: number): string => `cell-${id}-${cell}`;

export const RowCells = memo(function RowCells({ id, selected, cell }: RowProps) {
  const row = useShownRow(id);
  if (row === undefined) return null;
  const { container, pending, shown } = row;
  const { status } = container;
  const stale = isStale(container);
  const complete = isComplete(container);
  const seconds = secondsLeft(container);
  const unknown = complete ? undefined : t('cell.unknown-why');
  const left = seconds === undefined ? <Nothing meaning={unknown} /> : format.duration(seconds);
  const known = status?.total_peers ?? 0;
  const connected = stale ? 0 : (status?.connected_peers ?? 0);
  const contents: Readonly<Record<(typeof COLUMNS)[number]['name'], ReactNode>> = {
    torrent: (
      <span className="flex min-w-0 gap-2">
        <Name name={container.torrentName || container.name} />
        {/* Where its own column has no room. */}
        <span className="max-w-1/2 shrink-0 truncate text-muted xl:hidden">{container.name}</span>
      </span>
    ),
    container: <Name name={container.name} className="text-muted" />,
    state: (
      <span className="flex min-w-0 items-center gap-2">
        {/* How long it takes has a column of its own where there is room. */}
        <StateLine shown={shown} reasonClass={shown.kind === 'downloading' ? 'lg:hidden' : ''} />
        {pending?.silent === true && <RetryButton />}
      </span>
    ),
    progress: (
      <span className="flex items-center gap-2">
        <ProgressBar percent={status?.progress ?? 0} tone={shown.tone} label={t('column.progress')} />
        <span className={`w-13 shrink-0 text-right ${complete ? '' : 'font-semibold'}`}>
          {format.percent(status?.progress ?? 0)}
        </span>
      </span>
    ),
    size: sizeText(container),
    down: <Speed bytesPerSecond={stale ? 0 : (status?.download_speed ?? 0)} />,
    up: (
      // What a complete one is there for.
      <span className={complete ? 'font-semibold' : ''}>
        <Speed bytesPerSecond={stale ? 0 : (status?.upload_speed ?? 0)} />
      </span>
    ),
    peers: (
      <span title={t('cell.peers', { connected, known })}>
        {format.number(connected)} <span className="text-note text-muted">/ {format.number(known)}</span>
      </span>
    ),
    left,
    host: <HostName container={container} />,
  };
  const ring = (index: number) => (cell === index ? 'cursor-cell' : '');
  return (
    <>
      <div role="gridcell" id={cellId(id, 0)} className={`flex ${ring(0)}`}>
        <SelectBox name={container.name} selected={selected} />
      </div>
      {COLUMNS.map(({ name, numeric }, index) => (
        <div
          key={name}
          role="gridcell"
          id={cellId(id, index + 1)}
          data-column={name}
          className={`min-w-0 ${numeric ? 'truncate text-right' : ''} ${stale && numeric ? 'text-muted' : ''} ${ring(index + 1)}`}
        >
          {contents[name]}
        </div>
      ))}
      <div role="gridcell" id={cellId(id, COLUMNS.length + 1)} className={`flex ${ring(COLUMNS.length + 1)}`}>
        <MenuButton name={container.name} />
      </div>
    </>
  );
});

function HostName({ container: { host, instances } }: { readonly container: ContainerView }) {
  if (host !== null) return <Name name={host} className="text-muted" />;
  if (instances.length === 0) return <Nothing meaning={t('cell.unknown')} />;
  return <span className="text-muted">{t('cell.instances', { count: instances.length })}</span>;
}

export function SelectBox({ name, selected }: { readonly name: string; readonly selected: boolean }) {
  return (
    <input
      type="checkbox"
      data-part="select"
      tabIndex={-1}
      checked={selected}
      readOnly
      aria-label={t('selection.select-one', { name })}
      className="size-4 accent-accent"
    />
  );
}

export function MenuButton({ name }: { readonly name: string }) {
  return (
    <button
      type="button"
      data-part="menu"
      tabIndex={-1}
      aria-label={t('action.more-for', { name })}
      aria-haspopup="menu"
      className="inline-flex size-7 items-center justify-center rounded-md text-muted hover:bg-track hover:text-text pointer-coarse:size-11"
    >
      <MoreHorizontal size={16} aria-hidden />
    </button>
  );
}

/** By keyboard the same key is pressed again. */
function RetryButton() {
  return (
    <button type="button" data-part="retry" tabIndex={-1} className="min-h-6 font-semibold text-accent hover:underline">
      {t('action.retry')}
    </button>
  );
}
