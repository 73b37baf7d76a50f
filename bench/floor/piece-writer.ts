// A worker of the writing floor: hashes what it is given, writes it where it belongs, gives it back. The hash is compared
// with nothing.

import { hash } from 'node:crypto';
import { openSync, writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

const file = openSync(workerData, 'r+');
parentPort?.on('message', ({ view, at }: { view: Uint8Array; at: number }) => {
  hash('sha1', view, 'buffer');
  writeSync(file, view, 0, view.length, at);
  parentPort?.postMessage({ view, at });
});
