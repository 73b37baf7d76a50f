// What a driver of an engine is made with, whatever it makes of a client there.

import type { Clock, Logger } from '@enjambre/runtime';
import type { ClientPolicy } from './client-command.ts';

/** @typeParam Policy what holds for every client; whether control ports are published is found out when it opens */
export interface EngineDriverOptions<Policy extends ClientPolicy & { readonly publish: boolean }> {
  /** As DOCKER_HOST has it, of a manager where it is a Swarm's; undefined for the usual socket. */
  readonly host: string | undefined;
  readonly policy: Omit<Policy, 'publish'>;
  /** Besides the one of the policy. */
  readonly allowedImages: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
}
