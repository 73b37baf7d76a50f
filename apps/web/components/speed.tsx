// A speed: the number right, its unit small and muted; nothing moving is a dash.

import { format, t } from '../lib/language.ts';

const ARROWS = {
  down: { sign: '▼', colour: 'text-flow', label: 'speed.down' },
  up: { sign: '▲', colour: 'text-good', label: 'speed.up' },
} as const;

export function Speed({ bytesPerSecond }: { readonly bytesPerSecond: number }) {
  if (bytesPerSecond === 0) return <Nothing />;
  const { value, unit } = format.speedFigure(bytesPerSecond);
  return (
    <span className="whitespace-nowrap">
      {value} <span className="text-note text-muted">{unit}</span>
    </span>
  );
}

export function Nothing({ meaning = t('speed.none') }: { readonly meaning?: string }) {
  return (
    <span role="img" aria-label={meaning} title={meaning} className="text-muted">
      –
    </span>
  );
}

interface SpeedFigureProps {
  readonly way: keyof typeof ARROWS;
  readonly bytesPerSecond: number;
  readonly big?: boolean;
}

/** With its arrow, in a place that does not change its width. */
export function SpeedFigure({ way, bytesPerSecond, big = false }: SpeedFigureProps) {
  const { sign, colour, label } = ARROWS[way];
  const { value, unit } = format.speedFigure(bytesPerSecond);
  return (
    <span className={`inline-flex items-baseline gap-1.5 whitespace-nowrap ${big ? 'min-w-32' : ''}`}>
      <span aria-hidden="true" className={`text-note ${colour}`}>
        {sign}
      </span>
      <span className="sr-only">{t(label)}</span>
      <span className={big ? 'text-title font-semibold' : 'font-semibold'}>{bytesPerSecond === 0 ? '–' : value}</span>
      <span className="text-note text-muted">{bytesPerSecond === 0 ? '' : unit}</span>
    </span>
  );
}
