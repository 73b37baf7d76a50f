// The flags of the overlay, checked as a whole.

import type { PeerAddress } from '@enjambre/metainfo';
import { type KeyRing, openKeyRing, parseKeyRing } from '@enjambre/overlay';
import { DEFAULT_ORIGIN, type Settings } from '@enjambre/runtime';
import { readPath, readPeer, readPort } from './flag-values.ts';
import { all, readSecretFile } from './settings.ts';

export interface OverlayConfig {
  /** --discovery-mode names it; else it waits to be switched on. */
  readonly isWanted: boolean;
  /** One of its flags that was given though it is not wanted; undefined: none. */
  readonly unusedFlag: string | undefined;
  /** 0 for any free one. */
  readonly port: number;
  /** Nobody asked for that port: when it is taken the next free one will do. */
  readonly portIsDefault: boolean;
  readonly bootstraps: readonly PeerAddress[];
  readonly keyRing: KeyRing;
}

const overlayFlags = ['bootstrap', 'overlay-key', 'overlay-key-file'];

/** @throws StartError with one line that names the flag */
export function readOverlay(settings: Settings, isWanted: boolean, readText: (path: string) => string): OverlayConfig {
  const one = <T>(name: string, read: (text: string) => T): T | undefined => all(settings, name, read).at(-1);
  const keyFile = one('overlay-key-file', readPath);
  const keyRing =
    keyFile === undefined
      ? one('overlay-key', parseKeyRing)
      : readSecretFile('overlay-key-file', keyFile, readText, parseKeyRing);
  return {
    isWanted,
    unusedFlag: isWanted ? undefined : overlayFlags.find((name) => settings.has(name)),
    port: one('overlay-port', readPort)!,
    portIsDefault: settings.get('overlay-port')?.origin === DEFAULT_ORIGIN,
    bootstraps: all(settings, 'bootstrap', readPeer),
    keyRing: keyRing ?? openKeyRing,
  };
}
