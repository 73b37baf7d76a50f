// How an instance of a Swarm ended: what its task says, and the last thing its client said.

import type Docker from 'dockerode';
import type { Exit } from '../driver.ts';
import type { Engine } from '../engine/engine.ts';
import { type Log, readLastWords } from '../engine/log-follower.ts';
import { describeExit, describeExitCode } from '../exit-words.ts';
import type { SwarmTask } from './swarm-records.ts';
import type { SeenService } from './swarm-scene.ts';

/** The library knows a task's log by no type. */
interface TaskWithLog {
  logs(options: Docker.ContainerLogsOptions): Promise<Buffer>;
}

/** Of one attempt, whichever host it was on. */
function taskLog(engine: Engine, taskId: string): Log {
  return {
    ask: (options) => engine.ask((docker) => (docker.getTask(taskId) as unknown as TaskWithLog).logs(options)),
    tellsWriter: false,
  };
}

/** @param run the id of its task, or of several none; undefined service: it is gone */
export async function exitOfTask(engine: Engine, service: SeenService | undefined, run: string): Promise<Exit> {
  const task = service?.tasks.find(({ ID }) => ID === run);
  if (service?.problem?.code === 'host-down') {
    return { code: undefined, signal: undefined, message: service.problem.message };
  }
  if (task === undefined) return describeExit(null, null, []);
  return describeTask(engine, task);
}

/** A sentence about a task that has ended. */
export async function describeTask(engine: Engine, task: SwarmTask): Promise<Exit> {
  const { State: state, Err: words, ContainerStatus: container } = task.Status;
  if (state === 'rejected' || container?.ContainerID === undefined) {
    return {
      code: undefined,
      signal: undefined,
      message: `It could not be started: ${words || 'Swarm does not say why'}.`,
    };
  }
  return describeExitCode(container.ExitCode ?? 0, await readLastWords(taskLog(engine, task.ID)));
}
