// A container as three short lines, for narrow pages: its name, the bar and the one number, what matters in its state.

import { type Status, sizeOf } from '@enjambre/contract';
import { memo } from 'react';
import { Name } from '../../components/name.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { StateIcon } from '../../components/state-mark.tsx';
import type { StateKind } from '../../fleet/shown-state.ts';
import { format, say, t } from '../../lib/language.ts';
import { visibleName } from '../../lib/visible-name.ts';
import { cellId, MenuButton, type RowProps, SelectBox } from './row-cells.tsx';
import { isComplete } from './row-text.ts';
import { useShownRow } from './use-row.ts';

interface RowCardProps extends RowProps {
  readonly selecting: boolean;
}

export const RowCard = memo(function RowCard({ id, selected, cell, selecting }: RowCardProps) {
  const row = useShownRow(id);
  if (row === undefined) return null;
  const { container, shown } = row;
  const { status } = container;
  const parts = [...speedParts(shown.kind, status), ...(shown.reason === undefined ? [] : [say(shown.reason)])];
  const moves = shown.kind === 'downloading' || shown.kind === 'seeding';
  return (
    <div
      role="gridcell"
      id={cell === 0 ? cellId(id, 0) : undefined}
      className="flex min-w-0 items-center gap-3 px-4 py-2"
    >
      {selecting ? <SelectBox name={container.name} selected={selected} /> : null}
      <div className="min-w-0 flex-1">
        <div className="flex items-center gap-2 text-body">
          <StateIcon kind={shown.kind} tone={shown.tone} />
          <Name name={container.torrentName || container.name} className="font-semibold" />
        </div>
        <div className="flex items-center gap-3 py-1">
          {isComplete(container) ? null : (
            <ProgressBar percent={status?.progress ?? 0} tone={shown.tone} label={t('column.progress')} />
          )}
          <span className="shrink-0 text-row">
            {isComplete(container) ? format.bytes(sizeOf(container)) : format.percent(status?.progress ?? 0)}
          </span>
        </div>
        <div className="flex gap-3 text-note text-muted">
          <span className="min-w-0 flex-1 truncate">
            {/* The speed says it to the eye. */}
            <span className={moves ? 'sr-only' : ''}>{`${say(shown.word)}${parts.length > 0 ? ' · ' : ''}`}</span>
            {parts.join(' · ')}
          </span>
          <span className="max-w-2/5 shrink-0 truncate">{visibleName(container.name)}</span>
        </div>
      </div>
      {selecting ? null : <MenuButton name={container.name} />}
    </div>
  );
});

/** The speed that matters in a state. */
function speedParts(kind: StateKind, status: Status | null): string[] {
  if (kind === 'downloading') return [`${format.speed(status?.download_speed ?? 0)} ↓`];
  return kind === 'seeding' ? [`${format.speed(status?.upload_speed ?? 0)} ↑`] : [];
}
