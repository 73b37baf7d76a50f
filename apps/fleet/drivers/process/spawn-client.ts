// Starts a client process that outlives us, and waits until it listens.
// Invariant: who it will be is on disk before it runs, so that a backend that dies in between finds it again.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '@enjambre/runtime';
import { FleetError, reasonOf } from '../../errors.ts';
import type { InstanceSpec } from '../driver.ts';
import { describeExit } from '../exit-words.ts';
import { type ClientProgram, clientArguments, clientEnvironment } from './client-command.ts';
import { ClientProcess } from './client-process.ts';
import type { ProcessFolder } from './process-folder.ts';
import { sampleProcess } from './process-table.ts';

/** A hundred that start at once on a small machine take half a minute. */
const START_TIMEOUT_MS = 60_000;
/** Where the file system tells of no changes (shares): of a hundred that start at once each would be asked 60 times. */
const READY_POLL_MS = 500;
const TOKEN_BYTES = 24;
/** The end of the log in which the reason stands. */
const REASON_LINES = 20;

/** Resolves once the process is there; it may end at once. @throws FleetError `start-failed` */
export async function spawnClient(
  program: ClientProgram,
  spec: InstanceSpec,
  folder: ProcessFolder,
  clock: Clock,
): Promise<ClientProcess> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const startedAt = clock.wallTime();
  try {
    await folder.prepare();
    await folder.writeIdentity({ pid: null, startTicks: null, token, startedAt });
    const log = await open(folder.log.path, 'a', 0o600);
    try {
      const child = spawn(program.command[0], clientArguments(program, spec, folder.runFilePath), {
        cwd: folder.path,
        env: clientEnvironment(program, token),
        stdio: ['ignore', log.fd, log.fd],
        // A session of its own: what the terminal sends us does not reach it.
        detached: true,
      });
      const pid = child.pid;
      if (pid === undefined) throw (await once(child, 'error'))[0];
      const identity = { pid, startTicks: null, token, startedAt };
      const client = new ClientProcess(spec.id, identity, child, program.listenHost);
      await folder.writeIdentity({ ...identity, startTicks: (await sampleProcess(pid))?.startTicks ?? null });
      return client;
    } finally {
      await log.close();
    }
  } catch (error) {
    throw new FleetError('start-failed', `The client could not be started: ${reasonOf(error)}.`, { cause: error });
  }
}

/** Resolves once it listens. @throws FleetError `start-failed` when it ends before, or takes too long; then it is gone */
export async function untilReady(client: ClientProcess, folder: ProcessFolder): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  let appeared = Promise.withResolvers<void>();
  using _watcher = watchFolder(folder.path, (name) => {
    if (name === basename(folder.runFilePath)) appeared.resolve();
  });
  while (!client.ended && performance.now() < deadline) {
    // Before the look: what comes during it counts.
    appeared = Promise.withResolvers();
    const runFile = await folder.readRunFile(client.pid);
    if (runFile !== undefined) {
      client.runFile = runFile;
      return;
    }
    await Promise.race([client.exit, appeared.promise, sleep(READY_POLL_MS, undefined, { ref: false })]);
  }
  if (!client.ended) {
    await client.stop();
    throw new FleetError('start-failed', `The client did not listen within ${START_TIMEOUT_MS / 1000} s.`);
  }
  const { code, signal } = await client.exit;
  const { lines } = await folder.log.tail(REASON_LINES);
  throw new FleetError('start-failed', `The client ended at once. ${describeExit(code, signal, lines).message}`);
}

/** Undefined where the system watches no more folders, or none. */
function watchFolder(path: string, changed: (name: string | null) => void): Disposable | undefined {
  try {
    const watcher = watch(path, { persistent: false }, (_event, name) => changed(name));
    watcher.on('error', () => watcher.close());
    return { [Symbol.dispose]: () => watcher.close() };
  } catch {
    return undefined;
  }
}
