// What stopping or restarting takes from others: said before it is done, when there is anybody to lose it.

import type { ContainerView } from '@enjambre/contract';
import type { TextKey } from '../texts/en.ts';
import type { Said } from '../texts/text.ts';
import { makesSense, type Verb } from './verb.ts';

const SENTENCES: Readonly<Partial<Record<Verb, { one: TextKey; some: TextKey }>>> = {
  stop: { one: 'ask.stop', some: 'ask.stop-some' },
  restart: { one: 'ask.restart', some: 'ask.restart-some' },
};

/** What peers lose when `verb` is done to `containers`; undefined when nobody does. */
export function consequenceOf(verb: Verb, containers: readonly ContainerView[]): Said | undefined {
  const sentence = SENTENCES[verb];
  const asked = containers.filter((container) => makesSense(verb, container));
  const serving = asked.filter(serves);
  if (sentence === undefined || serving.length === 0) return undefined;
  if (asked.length > 1) return { key: sentence.some, values: { count: serving.length, total: asked.length } };
  const [{ name, status }] = serving;
  return { key: sentence.one, values: { name, count: status?.connected_peers ?? 0 } };
}

/** Somebody is connected, and there is something to get. */
function serves({ health, status }: ContainerView): boolean {
  return health === 'healthy' && status !== null && status.connected_peers > 0 && status.downloaded > 0;
}
