// How the page stands with the backend, and what the strip below the header says of it.

export type Connection =
  | { readonly kind: 'connecting'; readonly since: number }
  | { readonly kind: 'live'; readonly heardAt: number }
  | { readonly kind: 'lost'; readonly since: number; readonly heardAt: number | undefined }
  | { readonly kind: 'signed-out' };

export type Strip =
  | { readonly kind: 'none' }
  | { readonly kind: 'reconnecting' }
  | { readonly kind: 'gone'; readonly since: number }
  | { readonly kind: 'quiet'; readonly heardAt: number }
  | { readonly kind: 'signed-out' };

/** A connection that is back within this time was not worth a word. */
const UNNOTICED_MS = 1_000;
/** From here on it is not a hiccup. */
const GONE_MS = 4_000;
/** The backend sends a heartbeat every ten seconds. */
const QUIET_MS = 15_000;

/** @param now unix milliseconds */
export function stripOf(connection: Connection, now: number): Strip {
  switch (connection.kind) {
    case 'signed-out':
      return { kind: 'signed-out' };
    case 'live':
      return now - connection.heardAt > QUIET_MS ? { kind: 'quiet', heardAt: connection.heardAt } : { kind: 'none' };
    default: {
      const forMs = now - connection.since;
      if (forMs >= GONE_MS) return { kind: 'gone', since: connection.since };
      return forMs >= UNNOTICED_MS ? { kind: 'reconnecting' } : { kind: 'none' };
    }
  }
}
