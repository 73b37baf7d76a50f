// What a scenario found: a table for people and a JSON file beside it, both with the machine's name.

import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import path from 'node:path';
import { UsageError } from './scenario.ts';

const RESULTS = path.join(import.meta.dirname, 'results');
const GIB = 2 ** 30;

/** Middle, least and most of several rounds. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export interface Report {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Whole lines below the table: who was skipped or failed and why, what was scaled. */
  readonly notes: readonly string[];
  /** Every figure of every round. */
  readonly raw: unknown;
}

/** @param values at least one */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: sorted[Math.floor((sorted.length - 1) / 2)], least: sorted[0], most: sorted.at(-1)! };
}

/** `2.11 (2.09–2.14)`: median, least and most. */
export function formatSpread({ median, least, most }: Spread, digits = 2): string {
  return `${median.toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)})`;
}

/** Columns as wide as their widest cell. */
function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => [...line[column]].length)));
  const formatLine = (line: readonly string[]) => `| ${line.map((cell, at) => cell.padEnd(widths[at])).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [formatLine(header), rule, ...rows.map(formatLine)].join('\n');
}

/**
 * Prints the table, as Markdown has it, and keeps it with the raw figures in `bench/results/SCENARIO.json`.
 * @throws UsageError when nobody took part
 */
export async function report(scenario: string, { header, rows, notes, raw }: Report): Promise<void> {
  if (rows.length + notes.length === 0) throw new UsageError('--only: nobody of that name is compared here');
  const memory = `${Math.round(totalmem() / GIB)} GiB`;
  const cpu = cpus()[0]?.model.trim() || 'unknown CPU';
  const machine = `${cpu}, ${availableParallelism()} cores, ${memory}, Node ${process.version}`;
  const file = path.join(RESULTS, `${scenario}.json`);
  const text = [
    `${scenario} on ${machine}`,
    formatTable(header, rows),
    ...(notes.length > 0 ? [notes.join('\n')] : []),
  ];
  process.stdout.write(`\n${text.join('\n\n')}\n\n${path.relative(process.cwd(), file)}\n`);
  await mkdir(RESULTS, { recursive: true });
  const kept = { scenario, machine, when: new Date().toISOString(), header, rows, notes, raw };
  await writeFile(file, `${JSON.stringify(kept, undefined, 2)}\n`);
}
