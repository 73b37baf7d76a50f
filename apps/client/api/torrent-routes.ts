// The client's own API below /api/v1, as packages/contract/torrent.ts has it: each handler asks the list and dresses the
// answer.

import type { SourceList, SourceSwitch, TorrentPage, TorrentRemoval } from '@enjambre/contract';
import { type Answer, type Asked, errorAnswer, jsonAnswer, metricsAnswer, type Route } from '@enjambre/http';
import type { Clock } from '@enjambre/runtime';
import { ApiError } from '../errors.ts';
import type { TorrentAdding } from '../torrent-adding.ts';
import type { TorrentEntry } from '../torrent-entry.ts';
import type { TorrentList } from '../torrent-list.ts';
import { metricsOf } from './metrics.ts';
import { cutPage, readPage } from './page.ts';
import { selectTorrents } from './torrent-query.ts';
import { detailOf, filePage, peerPage, sourcesOf, summaryOf } from './torrent-view.ts';

/** A .torrent of a million pieces is 20 MB; those that people send are far below. */
const MOST_TORRENT_BYTES = 10 * 1024 * 1024;
const MOST_JSON_BYTES = 64 * 1024;

export interface ApiOptions {
  readonly torrents: TorrentList;
  readonly adding: TorrentAdding;
  readonly archives: string;
  readonly clock: Clock;
}

type Handle = (asked: Asked, entry: TorrentEntry) => Answer | Promise<Answer>;

export function apiRoutes({ torrents, adding, archives, clock }: ApiOptions): Record<string, Route | Route[]> {
  /** A handler of one torrent. */
  const ofOne = (handle: Handle): Route['handle'] =>
    refusing((asked) => {
      const entry = torrents.get(asked.params.infohash.toLowerCase());
      if (entry !== undefined && !entry.isLeaving) return handle(asked, entry);
      throw new ApiError(404, 'torrent-not-found', 'There is no torrent of that info hash.');
    });
  const read = (handle: Handle): Route => ({ methods: ['GET'], handle: ofOne(handle) });
  const change = (handle: Handle): Route => ({ methods: ['POST'], changes: true, handle: ofOne(handle) });

  const startedAtMs = clock.wallTime();
  return {
    '/metrics': {
      methods: ['GET'],
      handle: () => metricsAnswer(metricsOf(torrents.entries, startedAtMs)),
    },
    '/api/v1/torrents': [
      {
        methods: ['GET'],
        handle: refusing(({ query }) => {
          const page = readPage(query);
          return jsonAnswer(cutPage(selectTorrents(torrents.entries, query), page, summaryOf) satisfies TorrentPage);
        }),
      },
      {
        methods: ['POST'],
        changes: true,
        handle: refusing(async ({ query, body }) => {
          const bytes = await body(MOST_TORRENT_BYTES);
          if (bytes === undefined) throw new ApiError(413, 'too-large', 'A .torrent of at most 10 MiB is taken.');
          return jsonAnswer(summaryOf(adding.take(bytes, readSwitch(query, 'paused'))), 201);
        }),
      },
    ],
    '/api/v1/torrents/:infohash': [
      read((_, entry) => jsonAnswer(detailOf(entry, archives, clock.now()))),
      {
        methods: ['DELETE'],
        changes: true,
        handle: ofOne(async ({ query }, entry) => {
          const { kept, ...removed } = await torrents.remove(entry, readSwitch(query, 'data'));
          const { infoHash } = entry.torrent;
          return jsonAnswer({ infoHash, ...removed, keptFiles: [...kept] } satisfies TorrentRemoval);
        }),
      },
    ],
    '/api/v1/torrents/:infohash/files': read(({ query }, { torrent }) =>
      jsonAnswer(filePage(torrent, readPage(query))),
    ),
    '/api/v1/torrents/:infohash/peers': read(({ query }, { torrent }) => {
      return jsonAnswer(peerPage(torrent, readPage(query), clock.now()));
    }),
    '/api/v1/torrents/:infohash/pause': change((_, entry) => {
      torrents.setPaused(entry, true);
      return jsonAnswer(summaryOf(entry));
    }),
    '/api/v1/torrents/:infohash/resume': change((_, entry) => {
      torrents.setPaused(entry, false);
      return jsonAnswer(summaryOf(entry));
    }),
    '/api/v1/torrents/:infohash/recheck': change((_, entry) => {
      torrents.recheck(entry);
      return jsonAnswer(summaryOf(entry), 202);
    }),
    '/api/v1/torrents/:infohash/sources/:name': change(async ({ params, body }, { torrent }) => {
      const { enabled } = readSourceSwitch(await body(MOST_JSON_BYTES));
      if (!torrent.sources.setEnabled(params.name, enabled)) {
        throw new ApiError(404, 'source-not-found', 'The torrent has no source of that name, or may not use it.');
      }
      return jsonAnswer({ items: sourcesOf(torrent) } satisfies SourceList);
    }),
  };
}

/** What was refused becomes its answer. */
function refusing(handle: Route['handle']): Route['handle'] {
  return async (asked) => {
    try {
      return await handle(asked);
    } catch (error) {
      if (error instanceof ApiError) return errorAnswer(error.status, error.code, error.message);
      throw error;
    }
  };
}

function readSwitch(query: URLSearchParams, name: string): boolean {
  const text = query.get(name) ?? 'false';
  if (text === 'true' || text === 'false') return text === 'true';
  throw new ApiError(400, 'invalid-request', `${name} is true or false.`);
}

function readSourceSwitch(bytes: Uint8Array | undefined): SourceSwitch {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes ?? []).toString());
    if (typeof value === 'object' && value !== null && 'enabled' in value && typeof value.enabled === 'boolean') {
      return { enabled: value.enabled };
    }
  } catch {
    // Not JSON: refused below.
  }
  throw new ApiError(400, 'invalid-request', 'The body is JSON, {"enabled": true} or {"enabled": false}.');
}
