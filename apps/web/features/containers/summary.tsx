// All containers together: whether any needs somebody, how much of everything is there, both speeds, and how they went in
// the last minutes.

import { Cells } from '../../components/comb.tsx';
import { SpeedFigure } from '../../components/speed.tsx';
import { SpeedGraph } from '../../components/speed-graph.tsx';
import { StateIcon } from '../../components/state-mark.tsx';
import { useFleet, useTotals } from '../../fleet/fleet-context.tsx';
import { format, t } from '../../lib/language.ts';
import { combOf, RADIUS } from './fleet-comb.ts';

interface SummaryProps {
  /** How many need somebody. */
  readonly attention: number;
  readonly onAttention: () => void;
}

export function Summary({ attention, onAttention }: SummaryProps) {
  const { history } = useFleet();
  const totals = useTotals();
  const parts = [
    t('totals.have', { have: format.bytesIn(totals.downloaded, totals.size), size: format.bytes(totals.size) }),
    t('totals.peers', { count: totals.peers }),
  ];
  return (
    <section
      aria-label={t('totals.label')}
      className="flex items-center gap-x-8 border-b border-hairline bg-surface px-4 py-2 max-md:sr-only md:h-16"
    >
      <h1 tabIndex={-1} className="text-title leading-[1.2] font-semibold whitespace-nowrap">
        {t('totals.containers', { count: totals.containers })}
        <span className="block pt-0.5 text-row font-normal text-muted">{parts.join(' · ')}</span>
      </h1>
      <div className="flex items-center gap-x-4 max-lg:hidden">
        <FleetComb />
        {attention === 0 ? (
          <span className="flex items-center gap-2 text-row whitespace-nowrap text-good">
            <StateIcon kind="complete" tone="good" />
            {t('totals.all-well')}
          </span>
        ) : (
          <button
            type="button"
            onClick={onAttention}
            className="flex min-h-6 items-center gap-2 text-row font-semibold whitespace-nowrap text-wait hover:underline"
          >
            <StateIcon kind="no-answer" tone="wait" />
            {t('totals.attention', { count: attention })}
          </button>
        )}
      </div>
      <div data-figures className="ml-auto flex items-center gap-x-4">
        <SpeedFigure way="down" bytesPerSecond={totals.downloadSpeed} big />
        <SpeedFigure way="up" bytesPerSecond={totals.uploadSpeed} big />
      </div>
      <SpeedGraph
        history={history}
        label={t('totals.graph')}
        className="h-12 w-72 border-b border-hairline max-xl:w-40"
      />
    </section>
  );
}

function FleetComb() {
  const { store, clock } = useFleet();
  // Drawn anew with the totals, which come with each event.
  const { cells, width, height } = combOf(store.rows(), clock.get(), format);
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true" className="shrink-0">
      <Cells cells={cells} radius={RADIUS} />
    </svg>
  );
}
