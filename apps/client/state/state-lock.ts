// Keeps a second client off a state folder: each puts an empty file there whose name says which process it is, looks around,
// and writes into it once it holds the folder. Without a socket, since every start pays for it.
// Invariant: at most one holder among the processes that see each other. Each publishes its file before it looks for others'
// and keeps it while it runs, so that of two at least one sees the other. Who is killed leaves a file that names nobody.

import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Logger, makeFolderSync } from '@enjambre/runtime';
import { reasonOf, StartError } from '../errors.ts';

const NAME = /^([0-9]+)-([0-9]+)-([0-9]+)\.client$/;
// Another contender needs less than a millisecond to decide; one that takes longer is stopped, and holds.
const PATIENCE_MS = 1_000;
const RETRY_MS = 5;

/**
 * Made when missing. One that takes no file is nobody's, and that is told: what would be written there is refused then.
 * @returns lets go
 * @throws StartError `state-in-use`
 */
export async function lockStateFolder(folder: string, logger: Logger): Promise<() => void> {
  const own = `${process.pid}-${startOf('self') ?? 0}-${processRoom()}.client`;
  const path = join(folder, own);
  let descriptor: number;
  try {
    makeFolderSync(folder, 0o700);
    descriptor = openSync(path, 'w', 0o600);
  } catch (error) {
    const consequence = 'nothing new is remembered while that is so, and no second client is kept off';
    logger.log('warn', `--state-dir ${folder}: cannot be written: ${reasonOf(error)}; ${consequence}`);
    return () => {};
  }
  try {
    const holder = await otherHolder(folder, own);
    if (holder !== undefined) {
      rmSync(path, { force: true });
      throw new StartError('state-in-use', `--state-dir ${folder}: another client (process ${holder}) uses it`);
    }
    sayHeld(descriptor);
  } finally {
    closeSync(descriptor);
  }
  return () => rmSync(path, { force: true });
}

function sayHeld(descriptor: number): void {
  try {
    writeSync(descriptor, 'held\n');
  } catch {
    // A full disk took the name and takes no content: who comes waits in vain for us to decide, and is refused then.
  }
}

/** The process that holds the folder, or comes before us; undefined once there is none. */
async function otherHolder(folder: string, own: string): Promise<number | undefined> {
  for (let waitedMs = 0; ; waitedMs += RETRY_MS) {
    let waitsFor: number | undefined;
    for (const name of readdirSync(folder)) {
      const [, pid, start, room] = NAME.exec(name) ?? [];
      if (pid === undefined || name === own) continue;
      const path = join(folder, name);
      if (!isRunning(Number(pid), start, room)) {
        rmSync(path, { force: true });
        continue;
      }
      // Of two that look around at once the smaller name goes first; the larger may be past its look, though, so that the
      // smaller waits until it is gone or holds.
      if (name < own || isHeld(path)) return Number(pid);
      waitsFor = Number(pid);
    }
    if (waitsFor === undefined || waitedMs >= PATIENCE_MS) return waitsFor;
    await delay(RETRY_MS);
  }
}

function isHeld(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** Numbers of processes are given again, so that on Linux the time of its start is part of its name. */
function isRunning(pid: number, start: string, room: string): boolean {
  // Of a process in another container nobody can tell.
  if (room !== processRoom()) return false;
  if (process.platform === 'linux') return startOf(pid) === start;
  try {
    return pid !== process.pid && process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** In ticks since the machine was started; undefined for one that is gone, or only waits to be buried. */
function startOf(pid: number | 'self'): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in brackets may hold anything; then the state, and 18 fields further the start.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Within which numbers of processes mean the same (a namespace of Linux). */
function processRoom(): string {
  try {
    return /[0-9]+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  } catch {
    return '0';
  }
}
