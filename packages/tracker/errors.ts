// Every way in which a tracker can fail us: expected outcomes, returned and never thrown.

export interface TrackerError {
  readonly code:
    | 'unsupported-scheme' // neither http:, https: nor udp:
    | 'bad-url' // not a URL at all
    | 'address-refused' // a private address, where the URL may not lead (see client/address-policy.ts)
    | 'no-address' // no such host, or none that can be used from here
    | 'unreachable' // connection refused or lost
    | 'timeout' // no complete answer in time
    | 'too-large' // the answer goes beyond what any tracker says
    | 'http-status' // answered, but not with 200
    | 'too-many-redirects'
    | 'malformed' // not bencode, or not what an answer looks like
    | 'refused' // the tracker said why, in its own words
    | 'scrape-unsupported' // a URL that BEP 48 makes no scrape URL of
    | 'aborted'; // by ourselves
  /** A sentence for people, in lower case and without a full stop. */
  readonly message: string;
  /** The question never left this machine: its network is down, or it has none of that kind. */
  readonly isOffline?: boolean;
  /** How long the tracker wants to be left alone (BEP 31); `Infinity`: for ever. */
  readonly retryAfterMs?: number;
}

/** True when `value` is a failure and not what was asked for. */
export function isTrackerError(value: object): value is TrackerError {
  return 'code' in value && 'message' in value;
}
