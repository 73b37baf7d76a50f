// Why a client's torrent is as it is, in the words that containers have for it. Pure.

import type { Reason, TorrentReason } from '@enjambre/contract';

/** What its disk refuses has one word here; what the state says by itself needs none. */
export function reasonOfClient({ code, message }: TorrentReason, since: number): Reason | null {
  switch (code) {
    case 'disk-full':
    case 'not-writable':
    case 'not-readable':
    case 'locked':
    case 'path-conflict':
      return { code: 'storage', message, since };
    case 'starting':
    case 'checking':
      return { code: 'checking', message, since };
    case 'stopped':
    case 'paused':
    case 'seeding':
    case 'nobody-asks':
    case 'downloading':
      return null;
    default:
      return { code, message, since };
  }
}
