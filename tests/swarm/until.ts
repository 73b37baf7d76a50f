// Waiting for what another process does.

import { setTimeout as pause } from 'node:timers/promises';

/** Other processes are asked so often. */
const POLL_MS = 25;

/**
 * Asks again and again until the answer is not undefined.
 * @param wish what is waited for, for the failure
 * @throws Error when the time is over
 */
export async function until<T>(
  wish: string,
  ask: () => T | undefined | Promise<T | undefined>,
  timeoutMs = 20_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`${wish}: not within ${timeoutMs} ms`);
    await pause(POLL_MS);
  }
}
