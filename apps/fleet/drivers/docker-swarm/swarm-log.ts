// The log of a service: of all its instances, and of those before them that Swarm still has. Each line is told with the
// instance that wrote it, where there are several.

import type { LogLine, LogWriter } from '../driver.ts';
import type { Engine } from '../engine/engine.ts';
import type { Log } from '../engine/log-follower.ts';
import type { LoggedLine } from '../engine/log-frames.ts';
import type { SwarmNode } from './swarm-records.ts';
import { slotOf } from './swarm-replica.ts';
import type { SeenService } from './swarm-scene.ts';

const TASK = /(?:^|,)com\.docker\.swarm\.task\.id=(\w+)/;
const NODE = /(?:^|,)com\.docker\.swarm\.node\.id=(\w+)/;

export function serviceLog(engine: Engine, serviceId: string): Log {
  return {
    ask: (options) => engine.ask((docker) => docker.getService(serviceId).logs(options)),
    tellsWriter: true,
  };
}

/** As callers get it. Pure. @param seen its service; undefined: it has gone */
export function readServiceLine(
  { text, writer }: Pick<LoggedLine, 'text' | 'writer'>,
  seen: SeenService | undefined,
  nodes: readonly SwarmNode[],
): LogLine {
  return seen?.several ? { text, writer: readWriter(writer, seen, nodes) } : { text };
}

function readWriter(words: string, { tasks }: SeenService, nodes: readonly SwarmNode[]): LogWriter | undefined {
  const nodeId = NODE.exec(words)?.[1];
  if (nodeId === undefined) return undefined;
  const task = tasks.find(({ ID }) => ID === TASK.exec(words)?.[1]);
  const host = nodes.find(({ ID }) => ID === nodeId)?.Description.Hostname ?? nodeId;
  return { instance: task && slotOf(task), host };
}
