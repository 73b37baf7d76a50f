// What a scenario found: a table for people and a JSON file beside it.

import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';

const RESULTS = path.join(import.meta.dirname, 'results');

/** Middle, least and most of several rounds. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: sorted[Math.floor((sorted.length - 1) / 2)], least: sorted[0], most: sorted.at(-1)! };
}

export function formatSpread({ median, least, most }: Spread, digits = 2): string {
  return `${median.toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)})`;
}

/** Columns as wide as their widest cell. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => [...line[column]].length)));
  const formatLine = (line: readonly string[]) => line.map((cell, column) => cell.padEnd(widths[column])).join('  ');
  return [formatLine(header), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(formatLine)].join('\n');
}

/** Names the machine, prints the table and keeps the raw figures. Returns the file. */
export async function report(scenario: string, table: string, raw: unknown): Promise<string> {
  const machine = `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, Node ${process.version}`;
  process.stdout.write(`\n${scenario} on ${machine}\n\n${table}\n`);
  await mkdir(RESULTS, { recursive: true });
  const file = path.join(RESULTS, `${scenario}.json`);
  await writeFile(file, `${JSON.stringify({ scenario, machine, raw }, undefined, 2)}\n`);
  return file;
}
