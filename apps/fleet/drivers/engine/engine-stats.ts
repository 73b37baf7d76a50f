// What the engine counts of a container, as we tell it. Processor time is the difference to the time before.

import type { Stats } from '@enjambre/contract';
import type { Clock } from '@enjambre/runtime';
import type Docker from 'dockerode';

/** How much processor time had been used at some moment. */
interface CpuSample {
  /** Milliseconds of the caller's clock. */
  readonly at: number;
  readonly cpuSeconds: number;
}

export class CpuSamples {
  readonly #clock: Clock;
  readonly #last = new Map<string, CpuSample>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param startedAt unix milliseconds */
  statsOf(id: string, counted: Docker.ContainerStats, startedAt: number): Stats {
    const now = cpuSampleOf(counted, this.#clock.now());
    // The first time there is no interval but its whole life.
    const since = { at: now.at - (this.#clock.wallTime() - startedAt), cpuSeconds: 0 };
    const before = this.#last.get(id) ?? since;
    this.#last.set(id, now);
    return statsBetween(counted, before, now);
  }

  forget(id: string): void {
    this.#last.delete(id);
  }
}

function cpuSampleOf(counted: Docker.ContainerStats, at: number): CpuSample {
  return { at, cpuSeconds: counted.cpu_stats.cpu_usage.total_usage / 1e9 };
}

function statsBetween(counted: Docker.ContainerStats, before: CpuSample, now: CpuSample): Stats {
  const seconds = Math.max(0.001, (now.at - before.at) / 1000);
  const cpuPercent = (100 * (now.cpuSeconds - before.cpuSeconds)) / seconds;
  const { usage = 0, limit = 0, stats } = counted.memory_stats ?? {};
  // Files that the kernel keeps in memory as long as nobody else needs it; cgroup 2 and 1 have different words for it.
  const { inactive_file, total_inactive_file } = (stats ?? {}) as Record<string, number>;
  const networks = Object.values(counted.networks ?? {});
  const disk = (word: string) =>
    sum(
      (counted.blkio_stats?.io_service_bytes_recursive ?? []).filter(({ op }) => op.toLowerCase() === word),
      'value',
    );
  return {
    cpuPercent: Math.max(0, Math.round(cpuPercent * 10) / 10),
    memoryBytes: Math.max(0, usage - (total_inactive_file ?? inactive_file ?? 0)),
    memoryLimitBytes: limit,
    networkRxBytes: sum(networks, 'rx_bytes'),
    networkTxBytes: sum(networks, 'tx_bytes'),
    blockReadBytes: disk('read'),
    blockWriteBytes: disk('write'),
  };
}

function sum<K extends string>(rows: readonly Readonly<Record<K, number>>[], field: K): number {
  return rows.reduce((total, row) => total + row[field], 0);
}
