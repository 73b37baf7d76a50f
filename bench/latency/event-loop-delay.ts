// Preloaded into a client (`node --import`): how late its event loop is. The first SIGUSR2 begins to count, the second writes
// what was found to the file that ENJAMBRE_BENCH_DELAY names.

import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';
import type { LoopDelay } from './loop-delay.ts';

/** A timer of so long; what the histogram counts has this in it. */
const RESOLUTION_MS = 1;
const NS_PER_MS = 1e6;

const file = process.env.ENJAMBRE_BENCH_DELAY;
if (isMainThread && file !== undefined) {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  process.once('SIGUSR2', () => {
    histogram.enable();
    process.once('SIGUSR2', () => {
      histogram.disable();
      const lateMs = (ns: number) => Math.max(0, ns / NS_PER_MS - RESOLUTION_MS);
      const delay: LoopDelay = { p99Ms: lateMs(histogram.percentile(99)), mostMs: lateMs(histogram.max) };
      writeFileSync(file, JSON.stringify(delay));
    });
  });
}
