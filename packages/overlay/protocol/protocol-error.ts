// A stranger's fault: what they sent is dropped, and never reaches the user.

/** `reason` says which rule was broken, for the debug log. */
export class ProtocolError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'ProtocolError';
  }
}
