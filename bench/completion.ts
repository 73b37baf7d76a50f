// When a client has everything. Ours says so by itself, as libtorrent's script does: answering every
// 20 ms took 8 % of its event loop.

import type { RunningClient } from '../tests/interop/clients/tested-client.ts';

/**
 * Resolves once all is verified; with ours, synced as well, which takes no time where nothing lies on a disk.
 * @throws Error with what the client does instead
 */
export async function completion(client: RunningClient, timeoutMs: number): Promise<void> {
  const { program, statusUrl } = client;
  if (statusUrl === undefined) return client.complete(timeoutMs);
  await program.until('complete', () => /: complete"/.test(program.output) || undefined, timeoutMs);
}
