// What one member says to another. Every message names who says it and to whom, and may carry rumours at its end.

import type { PeerAddress } from '@enjambre/metainfo';
import type { MemberId, MemberRumour, Rumour } from './rumour.ts';

/** The `to` of a message to somebody whose id is not known yet. */
export const UNKNOWN_MEMBER: MemberId = '0000000000000000';

/** Buckets that members and records are summed up in: a quarter of a datagram of 32-bit sums. */
export const BUCKET_COUNT = 64;

/** What is known of one member: its incarnation, and all its records up to version `floor`. */
export interface DigestEntry {
  readonly id: MemberId;
  readonly incarnation: number;
  readonly floor: number;
}

export type Body =
  /** Are you there? `isNeighbour`: the sender holds the other in its active view. */
  | { readonly type: 'ping'; readonly sequence: number; readonly isNeighbour: boolean; readonly self: MemberRumour }
  /** I am, or another whom I asked for you. `seenHost`: where the ping came from, empty when relayed. */
  | { readonly type: 'ack'; readonly sequence: number; readonly seenHost: string; readonly isPartial: boolean }
  /** Ping this one for me. */
  | { readonly type: 'relay'; readonly sequence: number; readonly target: MemberId; readonly address: PeerAddress }
  /** The one I was to ping has not answered so far. */
  | { readonly type: 'nack'; readonly sequence: number }
  | { readonly type: 'gossip' }
  /** `sums[i]` over the members of bucket i; of a large network only over those who provide something. */
  | { readonly type: 'summary'; readonly isPartial: boolean; readonly sums: readonly number[] }
  /** All that is known in these buckets. `isAnswer`: send what I lack, and ask nothing back. */
  | {
      readonly type: 'digest';
      readonly isPartial: boolean;
      readonly isAnswer: boolean;
      readonly buckets: readonly number[];
      readonly entries: readonly DigestEntry[];
    }
  /** Be my neighbour. `isAlone`: I have none, so make room. */
  | { readonly type: 'neighbour-ask'; readonly isAlone: boolean; readonly self: MemberRumour }
  | { readonly type: 'neighbour-answer'; readonly accepted: boolean }
  /** I am your neighbour no longer. */
  | { readonly type: 'part' }
  /** A random walk of `steps` more steps; its rumours are members that `origin` offers for the same number of others. */
  | { readonly type: 'shuffle'; readonly steps: number; readonly origin: MemberRumour }
  | { readonly type: 'shuffle-answer' }
  /** By stream: here is all I know (its rumours); tell me all you know. */
  | { readonly type: 'state-ask'; readonly self: MemberRumour }
  | {
      readonly type: 'state-answer';
      readonly seenHost: string;
      readonly isPartial: boolean;
      readonly self: MemberRumour;
    };

export type MessageType = Body['type'];

export interface Message {
  readonly from: MemberId;
  readonly to: MemberId;
  readonly body: Body;
  readonly rumours: readonly Rumour[];
}
