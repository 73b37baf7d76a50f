// Where others reach us, as far as we know: what we were told to say, or what others see.
// Invariant: a word of others changes it only when it is better: any address after none, one that other machines can use
// after loopback, and another one only when several in a row say so.

/** Members in a row that must see us elsewhere: one may be behind a translation of its own. */
const AGREEING = 4;

export class OwnAddress {
  #host: string;
  #isGiven: boolean;
  #elsewhere = { host: '', count: 0 };

  /** @param given undefined: what others see */
  constructor(given: string | undefined) {
    this.#host = given ?? '';
    this.#isGiven = given !== undefined;
  }

  /** An IP address; empty while unknown. */
  get host(): string {
    return this.#host;
  }

  /** True when it changed. */
  give(host: string): boolean {
    const isChanged = host !== this.#host;
    this.#host = host;
    this.#isGiven = true;
    return isChanged;
  }

  /** Another member sees us at this host. True when that is now what we say. */
  seen(host: string): boolean {
    if (this.#isGiven || host === '' || host === this.#host) return false;
    if (!this.#isBetter(host)) {
      this.#elsewhere = { host, count: this.#elsewhere.host === host ? this.#elsewhere.count + 1 : 1 };
      if (isLoopback(host) || this.#elsewhere.count < AGREEING) return false;
    }
    this.#host = host;
    this.#elsewhere = { host: '', count: 0 };
    return true;
  }

  #isBetter(host: string): boolean {
    return this.#host === '' || (isLoopback(this.#host) && !isLoopback(host));
  }
}

/** @param host an IP address as `formatIpAddress` spells it */
export function isLoopback(host: string): boolean {
  return host.startsWith('127.') || host === '::1';
}
