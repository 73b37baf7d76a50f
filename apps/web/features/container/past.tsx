// The speeds of a container over the last minutes, hours or days, as the backend remembers them.

import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { SpeedGraph } from '../../components/speed-graph.tsx';
import { SpeedHistory } from '../../fleet/speed-history.ts';
import { t } from '../../lib/language.ts';
import { samplesQuery } from '../../lib/queries.ts';
import type { TextKey } from '../../texts/en.ts';

interface Span {
  readonly label: TextKey;
  /** Seconds from one sample to the next, as the backend keeps them. */
  readonly step: 1 | 10 | 60;
  readonly count: number;
}

const SPANS: readonly Span[] = [
  { label: 'past.minutes', step: 1, count: 600 },
  { label: 'past.hours', step: 10, count: 1_080 },
  { label: 'past.days', step: 60, count: 10_080 },
];

export function Past({ id }: { readonly id: string }) {
  const [span, setSpan] = useState(SPANS[0]);
  const [history] = useState(() => new SpeedHistory());
  const { data } = useQuery(samplesQuery(id, span.step, span.count));
  useEffect(() => {
    if (data !== undefined) history.replace(data);
  }, [data, history]);
  return (
    <section className="rounded-md border border-hairline bg-surface p-4">
      <fieldset aria-label={t('past.span')} className="flex gap-1 pb-2">
        {SPANS.map((one) => (
          <button
            key={one.label}
            type="button"
            aria-pressed={one === span}
            onClick={() => setSpan(one)}
            className={`inline-flex h-7 items-center rounded-full px-2.5 text-row pointer-coarse:h-11 ${
              one === span ? 'bg-selected font-semibold' : 'text-muted hover:bg-hover hover:text-text'
            }`}
          >
            {t(one.label)}
          </button>
        ))}
      </fieldset>
      <SpeedGraph history={history} label={t('view.graph')} axes className="h-40" />
    </section>
  );
}
