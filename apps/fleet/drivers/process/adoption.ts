// Finds the client that an earlier backend left in a folder. Invariant: only a process whose pid and start time are those
// that were written down, that was started with our run file, and that knows the token, is taken for ours.

import { readStatus } from '../../net/control-caller.ts';
import { runFileArgument } from './client-command.ts';
import { ClientProcess } from './client-process.ts';
import type { ProcessFolder } from './process-folder.ts';
import { findByArgument, hasArgument, sampleProcess } from './process-table.ts';

/**
 * Undefined when it does not run any more.
 * @param listenHost what clients are told to listen at; undefined for all addresses
 */
export async function adopt(
  id: string,
  folder: ProcessFolder,
  listenHost: string | undefined,
): Promise<ClientProcess | undefined> {
  const identity = await folder.readIdentity();
  if (identity === undefined) return undefined;
  const argument = runFileArgument(folder.runFilePath);
  // Null: the backend died between starting it and writing down which process it is.
  const pid = identity.pid ?? (await findByArgument(argument));
  const sample = pid === undefined ? undefined : await sampleProcess(pid);
  if (pid === undefined || sample === undefined) return undefined;
  if (identity.startTicks !== null && identity.startTicks !== sample.startTicks) return undefined;
  // After a reboot pid and start time may be those of another.
  if (!(await hasArgument(pid, argument))) return undefined;
  const complete = { ...identity, pid, startTicks: sample.startTicks };
  const client = new ClientProcess(id, complete, undefined, listenHost);
  const runFile = await folder.readRunFile(pid);
  if (runFile !== undefined) client.runFile = runFile;
  if (client.endpoint !== undefined && (await readStatus(client.endpoint)) === 'refused') return undefined;
  await folder.writeIdentity(complete);
  return client;
}
