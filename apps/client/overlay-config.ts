// The flags of the overlay, checked as a whole.

import type { PeerAddress } from '@enjambre/metainfo';
import { type KeyRing, openKeyRing, parseKeyRing } from '@enjambre/overlay';
import { DEFAULT_ORIGIN, type Settings } from '@enjambre/runtime';
import { usageError } from './errors.ts';
import { readPath, readPeer, readPort } from './flag-values.ts';
import { all, readSecretFile } from './settings.ts';

export interface OverlayConfig {
  /** 0 for any free one. */
  readonly port: number;
  /** Nobody asked for that port: when it is taken the next free one will do. */
  readonly portIsDefault: boolean;
  readonly bootstraps: readonly PeerAddress[];
  readonly keyRing: KeyRing;
}

const overlayFlags = ['bootstrap', 'overlay-key', 'overlay-key-file'];

/**
 * @param isUsed --discovery-mode names it
 * @throws StartError with one line that names the flag, also when one is given for nothing
 */
export function readOverlay(
  settings: Settings,
  isUsed: boolean,
  readText: (path: string) => string,
): OverlayConfig | undefined {
  const one = <T>(name: string, read: (text: string) => T): T | undefined => all(settings, name, read).at(-1);
  const port = one('overlay-port', readPort)!;
  const portIsDefault = settings.get('overlay-port')?.origin === DEFAULT_ORIGIN;
  if (!isUsed) {
    const given = portIsDefault ? overlayFlags.find((name) => settings.has(name)) : 'overlay-port';
    if (given === undefined) return undefined;
    throw usageError(`--${given} is for the overlay: add --discovery-mode=overlay, or tracker,overlay`);
  }
  const keyFile = one('overlay-key-file', readPath);
  const keyRing =
    keyFile === undefined
      ? one('overlay-key', parseKeyRing)
      : readSecretFile('overlay-key-file', keyFile, readText, parseKeyRing);
  return { port, portIsDefault, bootstraps: all(settings, 'bootstrap', readPeer), keyRing: keyRing ?? openKeyRing };
}
