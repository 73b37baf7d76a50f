// Entry of a disk worker (a thread): hashes and writes finished pieces, reads and hashes those to be checked.
// Invariant: jobs are done in the order they came, each is answered once.

import { parentPort, workerData } from 'node:worker_threads';
import { diskError } from './disk-error.ts';
import type { CheckJob, CheckResult, FinishJob, FinishResult, WorkerAnswer, WorkerOrder } from './disk-job.ts';
import { OpenFiles } from './open-files.ts';
import { checkPieces, checkWindow, finishPieces } from './piece-hashing.ts';

const port = parentPort!;
const files = new OpenFiles((workerData as { openFiles: number }).openFiles);
const sheets = new Map<number, SharedArrayBuffer>();
let window: Buffer | undefined;

port.on('message', (order: WorkerOrder) => {
  switch (order.kind) {
    case 'job':
      port.postMessage(answer(order.id, order.job));
      break;
    case 'sheet':
      sheets.set(order.id, order.memory);
      break;
    case 'forget-sheet':
      sheets.delete(order.id);
      break;
    case 'close-files':
      files.closeAll();
      break;
    case 'end':
      files.closeAll();
      port.close();
      break;
  }
});

function answer(id: number, job: FinishJob | CheckJob): WorkerAnswer {
  try {
    return { id, result: run(job) };
  } catch (error) {
    const { code, message } = diskError(error, 'read', job.root);
    return { id, failure: { code, message } };
  }
}

function run(job: FinishJob | CheckJob): FinishResult | CheckResult {
  if (job.kind === 'finish') return finishPieces(job, sheets, files);
  window ??= checkWindow();
  return checkPieces(job, window, files);
}
