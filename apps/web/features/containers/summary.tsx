// All containers together: how much of everything is there, both speeds, and how they went in the last minutes.

import { SpeedFigure } from '../../components/speed.tsx';
import { SpeedGraph } from '../../components/speed-graph.tsx';
import { useFleet, useTotals } from '../../fleet/fleet-context.tsx';
import { format, t } from '../../lib/language.ts';

export function Summary() {
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
      <h1 className="text-title leading-[1.2] font-semibold whitespace-nowrap">
        {t('totals.containers', { count: totals.containers })}
        <span className="block pt-0.5 text-row font-normal text-muted">{parts.join(' · ')}</span>
      </h1>
      <div data-figures className="ml-auto flex items-center gap-x-4">
        <SpeedFigure way="down" bytesPerSecond={totals.downloadSpeed} big />
        <SpeedFigure way="up" bytesPerSecond={totals.uploadSpeed} big />
      </div>
      <SpeedGraph
        history={history}
        label={t('totals.graph')}
        className="h-12 w-72 border-b border-hairline max-lg:w-40"
      />
    </section>
  );
}
