// What all connections of a tester moved together, payload in bytes.

export interface Tally {
  /** Written to sockets. */
  sentBytes: number;
  /** Received and verified. */
  receivedBytes: number;
  /** Of these, what was not asked for or was taken back by a choke. */
  unaskedBytes: number;
}
