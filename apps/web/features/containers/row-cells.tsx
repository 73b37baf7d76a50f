// A container as one line of the list, where there is room for columns.

import type { ContainerView } from '@enjambre/contract';
import { memo, type ReactNode } from 'react';
import { Name } from '../../components/name.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { Nothing, Speed } from '../../components/speed.tsx';
import { StateParts } from '../../components/state-mark.tsx';
import { format, say, t } from '../../lib/language.ts';
import { COLUMNS } from './columns.ts';
import { isComplete, isStale, secondsLeft, sizeText } from './row-text.ts';
import { useShownRow } from './use-row.ts';

export interface RowProps {
  readonly id: string;
  readonly selected: boolean;
  /** The cell where the cursor is, -1 for the row itself; undefined when it is elsewhere. */
  readonly cell: number | undefined;
}

/** What a column shows of a container; the cell itself lays it out, so that it needs no element around it. */
interface Cell {
  readonly className?: string;
  readonly title?: string | undefined;
  readonly content: ReactNode;
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
  const reason = shown.reason === undefined ? undefined : say(shown.reason);
  const cells: Readonly<Record<(typeof COLUMNS)[number]['name'], Cell>> = {
    torrent: {
      className: 'flex gap-2',
      content: (
        <>
          <Name name={container.torrentName || container.name} />
          {/* Where its own column has no room. */}
          <span className="max-w-1/2 shrink-0 truncate text-muted xl:hidden">{container.name}</span>
        </>
      ),
    },
    container: { content: <Name name={container.name} className="text-muted" /> },
    state: {
      className: 'flex items-center gap-2',
      title: reason,
      content: (
        <>
          {/* How long it takes has a column of its own where there is room. */}
          <StateParts shown={shown} reason={reason} reasonClass={shown.kind === 'downloading' ? 'lg:hidden' : ''} />
          {pending?.silent === true && <RetryButton />}
        </>
      ),
    },
    progress: {
      className: 'flex items-center gap-2',
      content: (
        <>
          <ProgressBar percent={status?.progress ?? 0} tone={shown.tone} label={t('column.progress')} />
          <span className={`w-13 shrink-0 text-right ${complete ? '' : 'font-semibold'}`}>
            {format.percent(status?.progress ?? 0)}
          </span>
        </>
      ),
    },
    size: { content: sizeText(container) },
    down: { content: <Speed bytesPerSecond={stale ? 0 : (status?.download_speed ?? 0)} /> },
    up: {
      // What a complete one is there for.
      className: complete ? 'font-semibold' : '',
      content: <Speed bytesPerSecond={stale ? 0 : (status?.upload_speed ?? 0)} />,
    },
    peers: {
      title: t('cell.peers', { connected, known }),
      content: (
        <>
          {format.number(connected)} <span className="text-note text-muted">/ {format.number(known)}</span>
        </>
      ),
    },
    left: { content: left },
    host: { content: <HostName container={container} /> },
  };
  // Only the cell of the cursor is looked for by its id.
  const idOf = (index: number) => (cell === index ? cellId(id, index) : undefined);
  const ring = (index: number) => (cell === index ? 'cursor-cell' : '');
  return (
    <>
      <div role="gridcell" id={idOf(0)} className={`flex ${ring(0)}`}>
        <SelectBox name={container.name} selected={selected} />
      </div>
      {COLUMNS.map(({ name, numeric }, index) => {
        const { className = '', title, content } = cells[name];
        return (
          <div
            key={name}
            role="gridcell"
            id={idOf(index + 1)}
            data-column={name}
            title={title}
            className={`min-w-0 ${className} ${numeric ? 'text-right whitespace-nowrap' : ''} ${stale && numeric ? 'text-muted' : ''} ${ring(index + 1)}`}
          >
            {content}
          </div>
        );
      })}
      <div role="gridcell" id={idOf(COLUMNS.length + 1)} className={`flex ${ring(COLUMNS.length + 1)}`}>
        <MenuButton name={container.name} />
      </div>
    </>
  );
});

function HostName({ container: { host, instances } }: { readonly container: ContainerView }) {
  if (host !== null) return <Name name={host} className="text-muted" />;
  if (instances.length === 0) return <Nothing meaning={t('cell.unknown')} />;
  return <span className="whitespace-nowrap text-muted">{t('cell.instances', { count: instances.length })}</span>;
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
      className="three-dots size-7 rounded-md text-muted hover:bg-track hover:text-text pointer-coarse:size-11"
    />
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
