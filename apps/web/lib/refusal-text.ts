// A refusal of the backend in the reader's language; a word we do not know shows the backend's own sentence.

import type { FleetErrorCode } from '@enjambre/contract';
import type { TextKey } from '../texts/en.ts';
import type { Values } from '../texts/text.ts';
import type { Refusal } from './api.ts';
import { t } from './language.ts';

const TEXTS: Readonly<Record<FleetErrorCode | 'no-connection', TextKey>> = {
  'host-not-allowed': 'error.refused',
  'token-required': 'error.token-required',
  'foreign-origin': 'error.refused',
  internal: 'error.internal',
  'invalid-request': 'error.refused',
  'not-found': 'error.refused',
  'method-not-allowed': 'error.refused',
  'container-not-found': 'error.container-not-found',
  'torrent-not-found': 'error.torrent-not-found',
  'network-not-found': 'error.network-not-found',
  'image-not-found': 'error.image-not-found',
  'host-not-found': 'error.refused',
  'name-taken': 'error.name-taken',
  'port-taken': 'error.port-taken',
  'folder-in-use': 'error.folder-in-use',
  'path-outside-root': 'error.path-outside-root',
  'wrong-state': 'error.wrong-state',
  'removed-meanwhile': 'error.removed-meanwhile',
  running: 'error.running',
  'start-failed': 'error.start-failed',
  'driver-unreachable': 'error.driver-unreachable',
  'driver-refused': 'error.refused',
  'client-unreachable': 'error.client-unreachable',
  'no-file': 'error.no-file',
  'not-a-torrent': 'error.not-a-torrent',
  'unsupported-torrent': 'error.unsupported-torrent',
  'too-large': 'error.too-large',
  'not-with-this-driver': 'error.not-with-this-driver',
  'not-kept': 'error.refused',
  'data-kept': 'error.data-kept',
  'plan-changed': 'remove.changed',
  'no-connection': 'error.no-connection',
};

/** @param values for the blanks of single texts, as `root` */
export function refusalText(refusal: Pick<Refusal, 'code' | 'message'>, values: Values = {}): string {
  const key = Object.hasOwn(TEXTS, refusal.code) ? TEXTS[refusal.code as keyof typeof TEXTS] : 'error.refused';
  return t(key, { reason: refusal.message, ...values });
}
