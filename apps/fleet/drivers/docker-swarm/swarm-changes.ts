// What we tell the Swarm to change about a service. Invariant: each change is of the service as it is at that moment: what
// somebody else has changed meanwhile is looked at again, and not written over.

import type Docker from 'dockerode';
import { type Engine, EngineRefusal } from '../engine/engine.ts';
import { STOPPED } from './swarm-placement.ts';
import { planUpdate } from './swarm-plan.ts';
import type { SwarmService } from './swarm-records.ts';
import { ROLLOUT_LABEL } from './swarm-scene.ts';

const TRIES = 5;
const OUT_OF_SEQUENCE = /out of sequence/;

/** @param change gives the service as it shall be; undefined: as it is @throws EngineRefusal 404 */
export async function changeService(
  engine: Engine,
  serviceId: string,
  change: (spec: SwarmService['Spec']) => Docker.ServiceSpec | undefined,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    const service: SwarmService = await engine.ask((docker) => docker.getService(serviceId).inspect());
    const changed = change(service.Spec);
    if (changed === undefined) return;
    // As the library wants it: one part is the query, the other the body.
    const options = { _query: { version: service.Version.Index }, _body: changed };
    try {
      await engine.ask((docker) => docker.getService(serviceId).update(options));
      return;
    } catch (error) {
      if (!(error instanceof EngineRefusal && OUT_OF_SEQUENCE.test(error.words)) || tries === TRIES) throw error;
    }
  }
}

/** One more instance may be made by the new plan; nothing when somebody has changed meanwhile how many may. */
export function allowNext(engine: Engine, serviceId: string, allowed: number): Promise<void> {
  return changeService(engine, serviceId, (spec) => {
    if (spec.Labels?.[ROLLOUT_LABEL] !== `${allowed}`) return undefined;
    return { ...spec, Labels: { ...spec.Labels, [ROLLOUT_LABEL]: `${allowed + 1}` } };
  });
}

/** The update has reached all, and answers. */
export function endRollout(engine: Engine, serviceId: string): Promise<void> {
  return changeService(engine, serviceId, (spec) => {
    const { [ROLLOUT_LABEL]: allowed, ...Labels } = spec.Labels ?? {};
    return allowed === undefined ? undefined : { ...spec, Labels, UpdateConfig: planUpdate(false) };
  });
}

/** All its instances end, and none begins: no host is good enough any more. They keep their logs so. */
export function stopService(engine: Engine, serviceId: string): Promise<void> {
  return changeService(engine, serviceId, (spec) => {
    const { TaskTemplate: task } = spec;
    const { Constraints = [], ...placement } = task?.Placement ?? {};
    if (Constraints.includes(STOPPED)) return undefined;
    const Placement = { ...placement, Constraints: [...Constraints, STOPPED] };
    return { ...spec, TaskTemplate: { ...task, Placement }, UpdateConfig: planUpdate(false) };
  });
}

/** What has gone already is as asked. */
export async function removeService(engine: Engine, serviceId: string): Promise<void> {
  await engine
    .ask((docker) => docker.getService(serviceId).remove())
    .catch((error) => {
      if (!(error instanceof EngineRefusal && error.engineStatus === 404)) throw error;
    });
}
