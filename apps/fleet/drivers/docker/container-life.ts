// How the life of a client in a container begins and ends, as the engine shows it.

import { setTimeout as sleep } from 'node:timers/promises';
import { readStatus } from '../../net/control-caller.ts';
import type { Exit } from '../driver.ts';
import { describeExit, describeExitCode } from '../exit-words.ts';
import type { InspectedContainer } from './inspected-container.ts';

/** As for processes: a hundred at once on a small machine. */
export const ANSWER_TIMEOUT_MS = 60_000;
const ASK_INTERVAL_MS = 50;
/** It is looked that often whether the container still runs. */
const LOOK_INTERVAL_MS = 500;

/**
 * Waits for its control server.
 * @param inspect shows the container as it is
 * @param unwanted true: look at once, somebody is ending it
 * @returns how it was last seen: it does not run, or it answers, or the time is over
 */
export async function untilAnswers(
  inspect: () => Promise<InspectedContainer | undefined>,
  unwanted: () => boolean,
): Promise<InspectedContainer | undefined> {
  const deadline = performance.now() + ANSWER_TIMEOUT_MS;
  let seen = await inspect();
  let lookAt = performance.now() + LOOK_INTERVAL_MS;
  while (seen?.instance !== undefined && performance.now() < deadline) {
    const { endpoint } = seen.instance;
    if (endpoint !== undefined && typeof (await readStatus(endpoint)) === 'object') break;
    await sleep(ASK_INTERVAL_MS);
    if (!unwanted() && performance.now() < lookAt) continue;
    seen = await inspect();
    lookAt = performance.now() + LOOK_INTERVAL_MS;
  }
  return seen;
}

/** @param seen undefined when it is gone @param lines the end of its log @param code undefined when nobody knows */
export function exitOf(seen: InspectedContainer | undefined, lines: readonly string[], code: number | undefined): Exit {
  if (seen?.outOfMemory) {
    return {
      code: undefined,
      signal: 'SIGKILL',
      message: 'It was ended because it used more memory than it may have.',
    };
  }
  if (code === undefined) return describeExit(null, null, lines);
  return describeExitCode(code, lines);
}
