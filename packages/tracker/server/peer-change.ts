// A change of one peer, as a set of trackers tells each other of it. The peer's key is `infoHash` and `compact`.

export interface PeerChange {
  /** `put`: it announced (also when nothing about it is new). `completed`: it did so with this event. `removed`: it said goodbye. */
  readonly kind: 'put' | 'completed' | 'removed';
  /** 20 bytes. */
  readonly infoHash: Uint8Array;
  /** 6 bytes (IPv4) or 18 (IPv6): address and port as compact answers have them. */
  readonly compact: Uint8Array;
  /** 20 bytes. */
  readonly peerId: Uint8Array;
  /** What it lacks, 0 to 255, on the scale of `remaining.ts`: 0 for a seed. */
  readonly remaining: number;
  /** When it happened, by a `ChangeClock`; of two changes of one peer the one with the greater stamp counts. */
  readonly stamp: number;
}

/** A peer as it stands in the store. */
export interface PeerEntry {
  readonly compact: Uint8Array;
  readonly peerId: Uint8Array;
  readonly remaining: number;
  readonly stamp: number;
  /** How long it has been silent. */
  readonly silentMs: number;
}

/** A swarm as it stands in the store. */
export interface SwarmEntry {
  readonly infoHash: Uint8Array;
  readonly peers: number;
  readonly seeders: number;
  /** How often `completed` was announced. */
  readonly completed: number;
}

/** A peer as it stands, or stood; its bytes are lent for the call. */
export interface StandingPeer {
  readonly infoHash: Uint8Array;
  /** As compact answers have it. */
  readonly key: Uint8Array;
  /** What it lacks, as `remaining` above. */
  readonly state: number;
  readonly stamp: number;
  readonly peerId: Uint8Array;
}

/** Who keeps count of everything that stands in the store. */
export interface RowWatch {
  stands(peer: StandingPeer): void;
  goes(peer: StandingPeer): void;
}
