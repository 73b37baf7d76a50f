// What trackers are told of where we are: the addresses of `--hostname`, one of each family.

import { lookup } from 'node:dns/promises';
import { canonicalIpAddress } from '@enjambre/metainfo';
import type { Clock } from '@enjambre/runtime';
import type { AnnouncedHosts } from '@enjambre/tracker';

/** Announcing goes before a slow resolver: without an address the tracker sees where we are. */
const RESOLVE_TIMEOUT_MS = 3_000;

/** Trackers want addresses; a name that can't be resolved is announced as it is (BEP 3 allows that). Never rejects. */
export async function resolveAnnouncedHosts(hostname: string | undefined, clock: Clock): Promise<AnnouncedHosts> {
  if (hostname === undefined) return {};
  const literal = canonicalIpAddress(hostname);
  if (literal !== undefined) return literal.includes(':') ? { v6: literal } : { v4: literal };
  const { promise: tooSlow, resolve } = Promise.withResolvers<AnnouncedHosts>();
  const timer = clock.after(RESOLVE_TIMEOUT_MS, () => resolve({ v4: hostname }));
  try {
    return await Promise.race([lookUp(hostname), tooSlow]);
  } finally {
    timer.cancel();
  }
}

async function lookUp(hostname: string): Promise<AnnouncedHosts> {
  try {
    const found = await lookup(hostname, { all: true });
    const of = (family: number): string | undefined => {
      const host = found.find((one) => one.family === family)?.address;
      return host === undefined ? undefined : canonicalIpAddress(host.replace(/%.*$/, ''));
    };
    return { v4: of(4), v6: of(6) };
  } catch {
    return { v4: hostname };
  }
}
