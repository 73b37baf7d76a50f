// A GET that goes where it is sent, within bounds.

import type { AddressScope } from '@enjambre/metainfo';
import { isTrackerError, type TrackerError } from '../errors.ts';
import { decodeAnswer } from '../protocol/bencoded-answer.ts';
import { mayReach, type TrackerPath } from './address-policy.ts';
import type { IpFamily } from './both-families.ts';
import { type HttpAnswer, type HttpGet, isRedirect } from './http-get.ts';

/** Trackers move, but not in a chain. */
const MAX_REDIRECTS = 3;

interface TrackerGet {
  readonly url: URL;
  /** How its path ends, where it leads to a private address. */
  readonly path: TrackerPath;
  readonly family?: IpFamily | undefined;
  readonly signal: AbortSignal;
}

/** The body of a 200, after at most 3 redirects, each allowed by the address policy. */
export async function getFollowingRedirects(
  http: HttpGet,
  { url: startUrl, path, family, signal }: TrackerGet,
): Promise<Uint8Array | TrackerError> {
  let url = startUrl;
  let redirectedFrom: AddressScope | undefined;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const target = url;
    const from = redirectedFrom;
    const answer = await http({ url, family, signal, mayReach: (scope) => mayReach(target, scope, path, from) });
    if (isTrackerError(answer)) return answer;
    if (answer.status === 200) return answer.body;
    if (!isRedirect(answer.status) || answer.location === undefined) return failureOf(answer);
    const next = URL.parse(answer.location, url);
    if (next === null) return { code: 'bad-url', message: 'redirected to something that is not a URL' };
    if (next.protocol !== 'http:' && next.protocol !== 'https:') {
      return { code: 'unsupported-scheme', message: `redirected to a ${next.protocol} URL` };
    }
    url = next;
    redirectedFrom = answer.scope;
  }
  return { code: 'too-many-redirects', message: `redirected more than ${MAX_REDIRECTS} times` };
}

/** Some trackers refuse with a status of 400 or so, and say why in the body: that is what people want to read. */
function failureOf({ status, body, retryAfterMs }: HttpAnswer): TrackerError {
  const refusal = decodeAnswer(body);
  if (isTrackerError(refusal) && refusal.code === 'refused') return refusal;
  const failure = { code: 'http-status', message: `HTTP status ${status}` } as const;
  return retryAfterMs === undefined ? failure : { ...failure, retryAfterMs };
}
