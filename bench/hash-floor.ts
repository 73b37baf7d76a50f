// The least that rechecking can cost in Node: threads that read and hash a file, and nothing else. Threads are started
// beforehand, each has its own part.

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { FloorPart } from './hash-floor-part.ts';

/** Seconds for the file, and processor seconds of this process meanwhile. */
export async function hashFloor(file: string, size: number, pieceLength: number) {
  const count = availableParallelism();
  const partLength = Math.ceil(size / count / pieceLength) * pieceLength;
  const workers = Array.from({ length: count }, (_, index) => {
    const from = Math.min(size, index * partLength);
    const workerData: FloorPart = { file, from, to: Math.min(size, from + partLength), pieceLength };
    return new Worker(new URL('./hash-floor-worker.ts', import.meta.url), { workerData });
  });
  const next = (worker: Worker) =>
    new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  await Promise.all(workers.map(next));
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  const done = workers.map(next);
  for (const worker of workers) worker.postMessage('go');
  await Promise.all(done);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { seconds, cpuSeconds: (user + system) / 1e6 };
}
