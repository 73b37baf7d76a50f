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
    return statsWith(this.percentOf(id, counted.cpu_stats.cpu_usage.total_usage / 1e9, startedAt), counted);
  }

  /** 100 is one core. @param cpuSeconds that it has used by now @param startedAt unix milliseconds */
  percentOf(id: string, cpuSeconds: number, startedAt: number): number {
    const at = this.#clock.now();
    const last = this.#last.get(id);
    this.#last.set(id, { at, cpuSeconds });
    // The first time, also of one that was started anew, there is no interval but its whole life.
    const sinceStart = { at: at - (this.#clock.wallTime() - startedAt), cpuSeconds: 0 };
    const before = last !== undefined && last.cpuSeconds <= cpuSeconds ? last : sinceStart;
    const seconds = Math.max(0.001, (at - before.at) / 1000);
    return Math.max(0, Math.round((1000 * (cpuSeconds - before.cpuSeconds)) / seconds) / 10);
  }

  forget(id: string): void {
    this.#last.delete(id);
  }
}

function statsWith(cpuPercent: number, counted: Docker.ContainerStats): Stats {
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
    cpuPercent,
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
