// The ports that hosts have chosen for tasks. A host that comes back to a manager which was away tells of its tasks anew, and
// leaves their ports out (Engine 20.10), though they are as they were.
// Invariant: a task keeps the ports that were last told of it, as long as it is there.

import type { SwarmTask } from './swarm-records.ts';

type PortStatus = SwarmTask['Status']['PortStatus'];

export class TaskPorts {
  #known: ReadonlyMap<string, PortStatus> = new Map();

  /** @param tasks all there are now @returns them with what is known of their ports */
  fillIn(tasks: readonly SwarmTask[]): SwarmTask[] {
    const filled = tasks.map((task): SwarmTask => {
      const { Status: status } = task;
      const PortStatus = status.PortStatus?.Ports === undefined ? this.#known.get(task.ID) : status.PortStatus;
      return { ...task, Status: { ...status, ...(PortStatus !== undefined && { PortStatus }) } };
    });
    this.#known = new Map(filled.map(({ ID, Status }) => [ID, Status.PortStatus]));
    return filled;
  }
}
