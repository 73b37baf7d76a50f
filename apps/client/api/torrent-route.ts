// What handlers of the client's own API have in common: the torrent that a path names, a body of JSON, refusals as answers.

import { type Answer, type Asked, errorAnswer, type Route } from '@enjambre/http';
import { ApiError } from '../errors.ts';
import type { TorrentEntry } from '../torrent-entry.ts';
import type { TorrentList } from '../torrent-list.ts';

const MOST_JSON_BYTES = 64 * 1024;

export type TorrentHandle = (asked: Asked, entry: TorrentEntry) => Answer | Promise<Answer>;

/**
 * Makes the handle of a path with `:infohash`; a torrent that is not there, or on its way out, is a 404.
 * @param parameters of the query
 */
export function ofTorrent(
  torrents: TorrentList,
  handle: TorrentHandle,
  parameters: readonly string[] = [],
): Route['handle'] {
  return refusing(parameters, (asked) => {
    const entry = torrents.get(asked.params.infohash.toLowerCase());
    if (entry !== undefined && !entry.isLeaving) return handle(asked, entry);
    throw new ApiError(404, 'torrent-not-found', 'There is no torrent of that info hash.');
  });
}

/** What was refused becomes its answer; so does a parameter of the query that is none of `parameters`: it would do nothing. */
export function refusing(parameters: readonly string[], handle: Route['handle']): Route['handle'] {
  return async (asked) => {
    try {
      requireKnown(asked.query, parameters);
      return await handle(asked);
    } catch (error) {
      if (error instanceof ApiError) return errorAnswer(error.status, error.code, error.message, error.headers);
      throw error;
    }
  };
}

/** @throws ApiError `invalid-request` */
function requireKnown(query: URLSearchParams, parameters: readonly string[]): void {
  for (const name of query.keys()) {
    if (!parameters.includes(name)) {
      const known = parameters.length === 0 ? 'none is' : `${parameters.join(', ')} can be`;
      throw new ApiError(400, 'invalid-request', `${name} is nothing that can be asked for here; ${known}.`);
    }
    if (query.getAll(name).length > 1) throw new ApiError(400, 'invalid-request', `${name} is given more than once.`);
  }
}

/**
 * A body of JSON that holds what it should.
 * @param sentence what is asked for, for people
 * @throws ApiError `invalid-request`
 */
export async function readJson<T>({ body }: Asked, is: (value: unknown) => value is T, sentence: string): Promise<T> {
  const bytes = await body(MOST_JSON_BYTES);
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes ?? []).toString());
    if (is(value)) return value;
  } catch {
    // Not JSON: refused below.
  }
  throw new ApiError(400, 'invalid-request', sentence);
}
