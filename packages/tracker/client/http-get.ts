// What the announcer needs of HTTP; net/http-get.ts brings it, tests bring their own.

import type { AddressScope } from '@enjambre/metainfo';
import type { TrackerError } from '../errors.ts';
import type { IpFamily } from './both-families.ts';

export interface HttpRequest {
  /** http: or https:. */
  readonly url: URL;
  /** Asked for each address the host resolves to, before anything is sent to it. */
  mayReach(scope: AddressScope): boolean;
  /** Only addresses of this family are used; any when undefined. */
  readonly family?: IpFamily | undefined;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  /** Where a redirect leads, as the header has it. */
  readonly location: string | undefined;
  /** How long it wants to be left alone, from the header of that name. */
  readonly retryAfterMs: number | undefined;
  /** Decompressed and bounded; empty for a redirect. */
  readonly body: Uint8Array;
  /** Where the host that answered is. */
  readonly scope: AddressScope;
}

/** One GET: bounded in time and length, follows no redirect. Resolves in every case. */
export type HttpGet = (request: HttpRequest) => Promise<HttpAnswer | TrackerError>;

/** True for a status that sends us elsewhere. */
export function isRedirect(status: number): boolean {
  return status >= 300 && status <= 399;
}
