// The overlay's goals: twenty seeds on a simulated network at 300 members, some at 10,000, and a hundred real processes.

import {
  type Course,
  deaths,
  falseDeathsUnderStress,
  halfKilledMs,
  healingMs,
  idleBytesPerSecond,
  settledOverlay,
  spreadOfRecords,
} from '../tests/simulation/overlay/goals.ts';
import { shareOf } from '../tests/simulation/overlay/share.ts';
import { overlayProcesses } from './overlay-processes.ts';
import { report } from './report.ts';
import type { BenchOptions, Scenario } from './scenario.ts';

const SEEDS = 20;
const SMALL = 300;
const LARGE = 10_000;
/** Under stress each member hears of everybody's troubles: the cost grows with the square of their number. */
const STRESSED = 100;
const STRESS_MINUTES = 10;
const RECORDS = 5;
const DEATHS = 5;
/** Who dies is looked for by ten thousand: minutes each. */
const LARGE_DEATHS = 2;
const IDLE_SECONDS = 20;
const PROCESSES = 100;

type Row = readonly [name: string, goal: string, found: string];

export const overlay: Scenario = {
  says: 'the overlay: 20 seeds of 300 and of 10,000 simulated members, and 100 real processes',
  needs: '6 GiB of memory; two hours. --rounds: seeds; --only small, large, stress, partition, half, processes',
  run: runOverlay,
};

async function runOverlay({ rounds: seeds = SEEDS, only }: BenchOptions): Promise<void> {
  const parts: Readonly<Record<string, () => Row[] | Promise<Row[]>>> = {
    small: () => sizeRows(SMALL, seeds, DEATHS, { record: 1_000, removed: 15_000 }),
    large: () => sizeRows(LARGE, seeds, LARGE_DEATHS, { record: 2_500, removed: 25_000 }),
    stress: () => stressRows(seeds),
    partition: () => [worstRow('whole after a partition of 60 s, 300', '5000 ms', eachSeed(seeds, SMALL, healingMs))],
    half: () => [worstRow('half of 300 killed at once: all clean', '-', eachSeed(seeds, SMALL, halfKilledMs))],
    processes: processRows,
  };
  const rows: Row[] = [];
  for (const [name, run] of Object.entries(parts)) {
    if (only.length > 0 && !only.includes(name)) continue;
    process.stderr.write(`${name} …\n`);
    rows.push(...(await run()));
  }
  await report('overlay', { header: ['what', 'goal', 'found'], rows, notes: [], raw: rows });
}

function eachSeed<T>(seeds: number, size: number, run: (course: Course) => T): T[] {
  return Array.from({ length: seeds }, (_, at) => {
    const found = run({ seed: at + 1, size });
    process.stderr.write(`  seed ${at + 1}\n`);
    return found;
  });
}

function sizeRows(size: number, seeds: number, deathCount: number, goals: { record: number; removed: number }): Row[] {
  const runs = eachSeed(seeds, size, (course) => {
    const network = settledOverlay(course);
    const idle = idleBytesPerSecond(network, IDLE_SECONDS);
    const records = spreadOfRecords(network, RECORDS);
    return { idle, records, ...deaths(network, deathCount) };
  });
  const idle = runs.flatMap((run) => run.idle);
  const hidden = runs.flatMap(({ hiddenMs }) => hiddenMs);
  const name = `${size} members, ${seeds} seeds`;
  return [
    [`${name}: idle`, '1000 B/s', `${Math.round(shareOf(idle, 0.5))} B/s (most ${Math.round(shareOf(idle, 1))})`],
    worstRow(
      `${name}: a record known to 99 %`,
      `${goals.record} ms`,
      runs.flatMap(({ records }) => records),
    ),
    [`${name}: dead, not handed out, p50`, '3000 ms', `${shareOf(hidden, 0.5)} ms`],
    [`${name}: dead, not handed out, p99`, '7000 ms', `${shareOf(hidden, 0.99)} ms`],
    worstRow(
      `${name}: dead, removed everywhere`,
      `${goals.removed} ms`,
      runs.flatMap(({ removedMs }) => removedMs),
    ),
  ];
}

function stressRows(seeds: number): Row[] {
  const found = eachSeed(seeds, STRESSED, (course) => falseDeathsUnderStress(course, STRESS_MINUTES));
  const total = found.reduce((sum, count) => sum + count, 0);
  return [
    [`false deaths, ${STRESSED} members, 20 % loss, stalls, ${STRESS_MINUTES} min, ${seeds} seeds`, '0', `${total}`],
  ];
}

function worstRow(name: string, goal: string, values: readonly number[]): Row {
  return [name, goal, `${shareOf(values, 0.5)} ms (worst ${shareOf(values, 1)})`];
}

async function processRows(): Promise<Row[]> {
  const { joinedMs, recordMs, hiddenMs, falseDeaths } = await overlayProcesses(PROCESSES);
  const name = `${PROCESSES} processes`;
  return [
    [`${name}: all know all`, '-', `${joinedMs} ms`],
    worstRow(`${name}: a record known to 99 %`, '1000 ms', recordMs),
    [`${name}, all cores busy: dead, not handed out, p50`, '3000 ms', `${shareOf(hiddenMs, 0.5)} ms`],
    [`${name}, all cores busy: dead, not handed out, p99`, '7000 ms', `${shareOf(hiddenMs, 0.99)} ms`],
    [`${name}, all cores busy: false deaths`, '0', `${falseDeaths}`],
  ];
}
