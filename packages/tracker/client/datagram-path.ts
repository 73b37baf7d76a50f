// What a UDP caller needs of the network; net/udp-path.ts brings it, tests bring their own.

import type { AddressScope, PeerAddress } from '@enjambre/metainfo';
import type { TrackerError } from '../errors.ts';

/** An address that a tracker's name has. */
export interface ResolvedHost {
  readonly host: string;
  readonly family: 4 | 6;
  readonly scope: AddressScope;
}

/** A socket to one address: only what comes from there is heard. */
export interface DatagramPath {
  send(message: Uint8Array): void;
  /** Lets go of the socket; nothing is heard any more. Idempotent. */
  close(): void;
}

export interface DatagramPathEvents {
  readonly message: (message: Uint8Array) => void;
  /** Nobody can be reached there: said by the system before any time ran out. */
  readonly failed: (error: TrackerError) => void;
}

export interface DatagramNetwork {
  /** All addresses of a name or literal that can be sent to from here, at least one. */
  resolve(hostname: string): Promise<readonly ResolvedHost[] | TrackerError>;
  open(address: PeerAddress, family: 4 | 6, events: DatagramPathEvents): DatagramPath;
}
