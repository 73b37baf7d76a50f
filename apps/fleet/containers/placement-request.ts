// What a caller may ask for about hosts, checked in Swarm's own words: what it would refuse later is refused now. Pure.

import type { Placement } from '@enjambre/contract';
import { invalidField } from '../errors.ts';

const LABEL = '(?:node|engine)\\.labels\\.[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}';
const SUBJECT = `(?:node\\.(?:id|hostname|ip|role|platform\\.(?:os|arch))|${LABEL})`;
const CONSTRAINT = new RegExp(`^${SUBJECT} ?(?:==|!=) ?[a-zA-Z0-9][a-zA-Z0-9:_./-]{0,127}$`);
const SPREAD = new RegExp(`^${LABEL}$`);
const HOST = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/;

/** @throws FleetError `invalid-request` that names `placement` */
export function readPlacement(placement: Placement): Placement {
  const { mode, replicas, host, constraints = [], spread } = placement;
  if (mode === 'replicas' && replicas === undefined) throw wrong('replicas says how many there shall be');
  if (mode !== 'replicas' && replicas !== undefined) throw wrong(`mode ${mode} takes no replicas`);
  if (mode === 'global' && host !== undefined) throw wrong('mode global is on every host; with host use mode one');
  if (mode !== 'replicas' && spread !== undefined) throw wrong(`mode ${mode} has nothing to spread`);
  if (host !== undefined && !HOST.test(host)) throw wrong(`${JSON.stringify(host)} is no name of a host`);
  for (const constraint of constraints) {
    if (!CONSTRAINT.test(constraint)) {
      throw wrong(
        `constraint ${JSON.stringify(constraint)} is not like node.labels.disk==ssd, node.hostname!=a or node.role==worker`,
      );
    }
  }
  if (spread !== undefined && !SPREAD.test(spread)) {
    throw wrong(`spread ${JSON.stringify(spread)} is not like node.labels.rack`);
  }
  return placement;
}

function wrong(sentence: string): Error {
  return invalidField('placement', sentence);
}
