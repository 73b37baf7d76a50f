// Both speeds over time. Drawn by uPlot, which is loaded after the page is there, made once and given new numbers: one
// made again each second would leak its canvas.

import { useEffect, useRef } from 'react';
import type uPlot from 'uplot';
import type { SpeedHistory } from '../fleet/speed-history.ts';
import { format } from '../lib/language.ts';

/** Below this a graph of nothing but noise would fill its height. */
const SMALLEST_PEAK = 64 * 1024;
const SHORTEST_SPAN_S = 60;
const HEADROOM = 1.15;
const DAY_S = 24 * 60 * 60;
const AXIS_FONT = '12px system-ui, sans-serif';

interface SpeedGraphProps {
  readonly history: SpeedHistory;
  readonly label: string;
  readonly axes?: boolean;
  readonly className?: string;
}

export function SpeedGraph({ history, label, axes = false, className = '' }: SpeedGraphProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    let stop: (() => void) | undefined;
    let isGone = false;
    void import('uplot').then(({ default: Plot }) => {
      if (!isGone) stop = draw(Plot, element, history, axes);
    });
    return () => {
      isGone = true;
      stop?.();
    };
  }, [history, axes]);
  return <div ref={place} role="img" aria-label={label} className={`relative min-w-0 overflow-hidden ${className}`} />;
}

function draw(Plot: typeof uPlot, element: HTMLElement, history: SpeedHistory, axes: boolean): () => void {
  const colour = (name: string) => () => getComputedStyle(element).getPropertyValue(name).trim();
  const size = () => ({ width: Math.max(1, element.clientWidth), height: Math.max(1, element.clientHeight) });
  const line = { stroke: colour('--muted'), font: AXIS_FONT, ticks: { show: false } };
  const plot = new Plot(
    {
      ...size(),
      padding: axes ? [8, 0, 0, 0] : [2, 0, 2, 0],
      cursor: { show: false },
      legend: { show: false },
      scales: {
        x: { range: () => spanOf(history) },
        y: { range: (_plot, _min, max) => [0, Math.max(SMALLEST_PEAK, max * HEADROOM)] },
      },
      axes: [
        {
          ...line,
          show: axes,
          grid: { show: false },
          size: 24,
          space: 90,
          values: (_plot, times) => times.map((time) => timeLabel(time * 1000, times)),
        },
        {
          ...line,
          show: axes,
          grid: { stroke: colour('--hairline'), width: 1 },
          size: 84,
          space: 36,
          // Steps that are round in binary units.
          incrs: Array.from({ length: 40 }, (_, power) => 2 ** (power + 8)),
          values: (_plot, speeds) => speeds.map((speed) => (speed === 0 ? '0' : format.speed(speed))),
        },
      ],
      series: [
        {},
        { stroke: colour('--flow-fill'), fill: colour('--flow-tint'), width: 1.5, points: { show: false } },
        { stroke: colour('--good-fill'), width: 1.5, dash: [4, 3], points: { show: false } },
      ],
    },
    history.series,
    element,
  );
  const refresh = () => plot.setData(history.series);
  const unwatch = history.watch(refresh);
  const resize = new ResizeObserver(() => plot.setSize(size()));
  resize.observe(element);
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  const repaint = () => plot.redraw();
  scheme.addEventListener('change', repaint);
  return () => {
    unwatch();
    resize.disconnect();
    scheme.removeEventListener('change', repaint);
    plot.destroy();
  };
}

/** As exact as the labels are near each other. */
function timeLabel(unixMs: number, times: readonly number[]): string {
  const apart = times.length > 1 ? times[1] - times[0] : 0;
  if (apart < 60) return format.clock(unixMs);
  return apart < DAY_S / 2 ? format.minute(unixMs) : format.day(unixMs);
}

/** Grows with what there is to show. By the history itself: of a single sample uPlot would make a span of a day. */
function spanOf({ series: [times] }: SpeedHistory): [from: number, to: number] {
  const to = times.at(-1) ?? Date.now() / 1000;
  return [Math.min(times[0] ?? to, to - SHORTEST_SPAN_S), to];
}
