// What a running program and its children use, as /proc tells. Invariant: processor time of children that ended is
// counted with their parent, as the kernel does it.

import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** What `/proc` counts in: USER_HZ is 100 on every Linux of today. */
const TICKS_PER_SECOND = 100;
/** Peaks of memory last longer; reading takes well under a millisecond. */
const SAMPLE_MS = 50;
const KIB = 1024;

/** Of `/proc/PID/stat`, counted from behind the name: utime, stime, cutime, cstime. */
const CPU_FIELDS = [11, 12, 13, 14];

export interface Usage {
  /** User and system, of all threads and of children. */
  readonly cpuSeconds: number;
  /** Peak of RssAnon. */
  readonly privateBytes: number;
  /** Peak of files mapped into it, which the kernel may drop (or which lie in `/dev/shm`). */
  readonly mappedBytes: number;
}

/** User and system seconds of the process and its descendants until now. @throws Error when it is gone */
export async function cpuSecondsOf(pid: number): Promise<number> {
  const ofOne = async (one: number): Promise<number> => {
    const fields = (await readFile(`/proc/${one}/stat`, 'utf8')).split(') ').at(-1)!.split(' ');
    return CPU_FIELDS.reduce((ticks, field) => ticks + Number(fields[field]), 0);
  };
  const [own, ...children] = await familyOf(pid);
  const ticks = await Promise.all([ofOne(own), ...children.map((child) => ofOne(child).catch(() => 0))]);
  return ticks.reduce((sum, one) => sum + one) / TICKS_PER_SECOND;
}

/** Anonymous memory and mapped files of the process and its descendants now, in bytes; 0 when it is gone. */
export async function memoryOf(pid: number): Promise<{ privateBytes: number; mappedBytes: number }> {
  const memory = { privateBytes: 0, mappedBytes: 0 };
  for (const one of await familyOf(pid)) {
    const status = await readFile(`/proc/${one}/status`, 'utf8').catch(() => '');
    const bytesOf = (field: string) => Number(status.match(new RegExp(`^${field}:\\s+(\\d+)`, 'm'))?.[1] ?? 0) * KIB;
    memory.privateBytes += bytesOf('RssAnon');
    memory.mappedBytes += bytesOf('RssFile') + bytesOf('RssShmem');
  }
  return memory;
}

async function familyOf(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const families = await Promise.all(children.split(' ').filter(Boolean).map(Number).map(familyOf));
  return [pid, ...families.flat()];
}

/** Watches a program from now until it is read. */
export class ProcessMeter implements Disposable {
  readonly #pid: number;
  readonly #stopping = new AbortController();
  readonly #peak = { privateBytes: 0, mappedBytes: 0 };
  readonly #cpuBefore: Promise<number>;

  /** @param from `birth`: time it took before counts, too; `now`: it does not */
  constructor(pid: number, from: 'birth' | 'now') {
    this.#pid = pid;
    this.#cpuBefore = from === 'birth' ? Promise.resolve(0) : cpuSecondsOf(pid);
    void this.#sample();
  }

  /** What it used until now. @throws Error when it is gone */
  async read(): Promise<Usage> {
    const cpuSeconds = (await cpuSecondsOf(this.#pid)) - (await this.#cpuBefore);
    await this.#look();
    return { cpuSeconds, ...this.#peak };
  }

  [Symbol.dispose](): void {
    this.#stopping.abort();
  }

  async #sample(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.#look();
      await sleep(SAMPLE_MS);
    }
  }

  async #look(): Promise<void> {
    const { privateBytes, mappedBytes } = await memoryOf(this.#pid);
    this.#peak.privateBytes = Math.max(this.#peak.privateBytes, privateBytes);
    this.#peak.mappedBytes = Math.max(this.#peak.mappedBytes, mappedBytes);
  }
}
