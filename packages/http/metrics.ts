// Figures for Prometheus: its text format, version 0.0.4.

import type { Answer } from './answer.ts';

export interface Metric {
  /** Lower case with underscores, ending in its unit: `_bytes`, `_seconds`, `_bytes_total`. */
  readonly name: string;
  /** One sentence. */
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  /** One for each set of labels. Whoever gives labels bounds how many there are. */
  readonly samples: readonly MetricSample[];
}

export interface MetricSample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric without labels. */
export function single(name: string, type: Metric['type'], help: string, value: number): Metric {
  return { name, type, help, samples: [{ value }] };
}

export function metricsAnswer(metrics: readonly Metric[]): Answer {
  const headers = { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' };
  return { status: 200, headers, body: metrics.map(format).join('') };
}

function format({ name, help, type, samples }: Metric): string {
  const lines = samples.map(({ labels = {}, value }) => `${name}${formatLabels(labels)} ${value}\n`);
  return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function formatLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escaped(value).replaceAll('"', '\\"')}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

/** What Prometheus knows of every process, under the names that its own libraries use. */
export function processMetrics(startedAtMs: number): Metric[] {
  const { user, system } = process.cpuUsage();
  const { rss } = process.memoryUsage();
  return [
    single('process_cpu_seconds_total', 'counter', 'User and system CPU time.', (user + system) / 1e6),
    single('process_resident_memory_bytes', 'gauge', 'Resident memory.', rss),
    single('process_start_time_seconds', 'gauge', 'When it started, unix time.', startedAtMs / 1000),
  ];
}
