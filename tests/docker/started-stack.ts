// A backend that a file of ours has brought up, seen from outside.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ContainerView } from '@enjambre/contract';
import { readEvents } from '../fleet/event-reader.ts';

const UP_TIMEOUT_SECONDS = 30;
const COMPLETE_TIMEOUT_MS = 60_000;

/** Retried by curl: it waits for a server that is about to listen. */
export async function answers(url: string): Promise<void> {
  const retry = ['--retry', `${UP_TIMEOUT_SECONDS * 2}`, '--retry-delay', '1', '--retry-all-errors'];
  await promisify(execFile)('curl', ['--silent', '--fail', '--max-time', '5', ...retry, url]);
}

/** Resolves once the container of that name is complete. */
export async function complete(
  name: string,
  { url, token }: { readonly url: string; readonly token: string },
): Promise<void> {
  const isComplete = (row: ContainerView) => row.name === name && row.status?.state === 'completed';
  for await (const { event } of readEvents(url, { token, signal: AbortSignal.timeout(COMPLETE_TIMEOUT_MS) })) {
    const rows = event.type === 'snapshot' ? event.containers : event.type === 'changes' ? event.changed : [];
    if (rows.some(isComplete)) return;
  }
}
