// How a message gets to another tracker of the set and its answer back. What stands behind it is `net/`, or a test's network.

import type { PeerAddress } from '@enjambre/metainfo';

/** Two ways to each fellow, so that changes need not wait for a long comparison. */
export type Lane = 'changes' | 'healing';

export interface Message {
  readonly to: PeerAddress;
  readonly lane: Lane;
  readonly path: string;
  readonly authorization: string;
  readonly body: Uint8Array;
}

export interface TransportAnswer {
  readonly status: number;
  /** The header `Authentication-Info`, when there was one. */
  readonly signature: string | undefined;
  readonly body: Buffer;
}

export interface ReplicationTransport {
  /** Resolves with the answer, or with why there is none, in words; never rejects. A lane carries one message at a time. */
  post(message: Message): Promise<TransportAnswer | string>;
  /** Ends every connection. */
  close(): void;
}
