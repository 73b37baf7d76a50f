// What a backend and its clients cost while nothing is to be done, one page being open.

import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { memoryOf } from './process-meter.ts';

/** What a start leaves behind is collected in the first half minute. */
const SETTLE_MS = 45_000;
const REST_SECONDS = 20;
const NANOSECONDS = 1e9;

export interface Rest {
  /** Of one core. */
  readonly backendPercent: number;
  readonly backendResidentBytes: number;
  /** Of one core, the mean of all clients. */
  readonly clientPercent: number;
  /** Anonymous memory, the mean of all clients. */
  readonly clientPrivateBytes: number;
}

/** @param backend its pid  @param api address of its API, with `/api/v1` */
export async function measureRest(backend: number, api: string): Promise<Rest> {
  const page = new AbortController();
  const { body } = await fetch(`${api}/events`, { signal: page.signal });
  const reading = body?.pipeTo(new WritableStream()).catch(() => {});
  const clients = await childrenOf(backend);
  await sleep(SETTLE_MS);
  const before = await Promise.all([backend, ...clients].map(cpuSecondsOf));
  await sleep(REST_SECONDS * 1000);
  const after = await Promise.all([backend, ...clients].map(cpuSecondsOf));
  const [backendPercent, ...percents] = after.map((seconds, at) => (100 * (seconds - before[at])) / REST_SECONDS);
  const memory = await Promise.all(clients.map(memoryOf));
  const status = await readFile(`/proc/${backend}/status`, 'utf8');
  page.abort();
  await reading;
  return {
    backendPercent,
    backendResidentBytes: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1024,
    clientPercent: mean(percents),
    clientPrivateBytes: mean(memory.map(({ privateBytes }) => privateBytes)),
  };
}

async function childrenOf(pid: number): Promise<number[]> {
  return (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter(Boolean).map(Number);
}

/** Of all its threads. Finer than the ticks of `/proc/PID/stat`, of which a client takes none. */
async function cpuSecondsOf(pid: number): Promise<number> {
  const tasks = await readdir(`/proc/${pid}/task`);
  const spent = await Promise.all(tasks.map((task) => readFile(`/proc/${pid}/task/${task}/schedstat`, 'utf8')));
  return spent.reduce((sum, line) => sum + Number(line.split(' ')[0]) / NANOSECONDS, 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
