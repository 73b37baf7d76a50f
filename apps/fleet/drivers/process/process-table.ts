// Processes as Linux tells of them in /proc. A pid alone names nobody: it is used again; pid and start time do.

import { readdir, readFile } from 'node:fs/promises';

/** USER_HZ, which is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

export interface ProcessSample {
  /** Since boot, in ticks: field 22. */
  readonly startTicks: number;
  /** User and system time. */
  readonly cpuSeconds: number;
}

/** Undefined when there is no such process, or only what is left of a dead one. */
export async function sampleProcess(pid: number): Promise<ProcessSample | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The second field is the program's name in brackets and may hold anything, brackets and spaces too.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  if (fields === undefined || fields[0] === 'Z' || fields[0] === 'X') return undefined;
  const [userTicks, systemTicks, startTicks] = [fields[11], fields[12], fields[19]].map(Number);
  return { startTicks, cpuSeconds: (userTicks + systemTicks) / TICKS_PER_SECOND };
}

/** Resident bytes, and those read from and written to disk; 0 for what the system does not tell. */
export async function readUsage(pid: number): Promise<{ memory: number; diskRead: number; diskWritten: number }> {
  const [status, io] = await Promise.all(
    ['status', 'io'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')),
  );
  const figure = (text: string, name: string) => Number(new RegExp(`^${name}:\\s+([0-9]+)`, 'm').exec(text)?.[1] ?? 0);
  return {
    memory: figure(status, 'VmRSS') * 1024,
    diskRead: figure(io, 'read_bytes'),
    diskWritten: figure(io, 'write_bytes'),
  };
}

/** Whether that process was started with that argument. */
export async function hasArgument(pid: number, argument: string): Promise<boolean> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return line.split('\0').includes(argument);
}

/** The process that was started with that argument, or undefined. */
export async function findByArgument(argument: string): Promise<number | undefined> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^[0-9]+$/.test(name)).map(Number);
  for (const pid of pids) {
    if (await hasArgument(pid, argument)) return pid;
  }
  return undefined;
}
