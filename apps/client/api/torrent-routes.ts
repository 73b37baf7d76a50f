// The client's own API below /api/v1, as packages/contract/torrent.ts has it: each handler asks the list and dresses the
// answer.

import type { TorrentPage, TorrentRemoval } from '@enjambre/contract';
import { jsonAnswer, metricsAnswer, READING, type Route } from '@enjambre/http';
import type { Clock } from '@enjambre/runtime';
import { ApiError } from '../errors.ts';
import type { TorrentAdding } from '../torrent-adding.ts';
import type { TorrentList } from '../torrent-list.ts';
import { metricsOf } from './metrics.ts';
import { cutPage, PAGE_PARAMETERS, readPage } from './page.ts';
import { selectTorrents } from './torrent-query.ts';
import { ofTorrent, refusing, type TorrentHandle } from './torrent-route.ts';
import { detailOf, filePage, peerPage, summaryOf } from './torrent-view.ts';

/** A .torrent of a million pieces is 20 MB; those that people send are far below. */
const MOST_TORRENT_BYTES = 10 * 1024 * 1024;

export interface ApiOptions {
  readonly torrents: TorrentList;
  readonly adding: TorrentAdding;
  readonly archives: string;
  readonly clock: Clock;
}

export function apiRoutes({ torrents, adding, archives, clock }: ApiOptions): Record<string, Route | Route[]> {
  const read = (handle: TorrentHandle, parameters: readonly string[] = []): Route => ({
    methods: READING,
    handle: ofTorrent(torrents, handle, parameters),
  });
  const change = (handle: TorrentHandle): Route => ({
    methods: ['POST'],
    changes: true,
    handle: ofTorrent(torrents, handle),
  });

  const startedAtMs = clock.wallTime();
  return {
    '/metrics': {
      methods: READING,
      handle: () => metricsAnswer(metricsOf(torrents.entries, startedAtMs)),
    },
    '/api/v1/torrents': [
      {
        methods: READING,
        handle: refusing(['state', 'sort', ...PAGE_PARAMETERS], ({ query }) => {
          const page = readPage(query);
          return jsonAnswer(cutPage(selectTorrents(torrents.entries, query), page, summaryOf) satisfies TorrentPage);
        }),
      },
      {
        methods: ['POST'],
        changes: true,
        handle: refusing(['paused'], async ({ query, body }) => {
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
        handle: ofTorrent(
          torrents,
          async ({ query }, entry) => {
            const { kept, ...removed } = await torrents.remove(entry, readSwitch(query, 'data'));
            const { infoHash } = entry.torrent;
            return jsonAnswer({ infoHash, ...removed, keptFiles: [...kept] } satisfies TorrentRemoval);
          },
          ['data'],
        ),
      },
    ],
    '/api/v1/torrents/:infohash/files': read(
      ({ query }, { torrent }) => jsonAnswer(filePage(torrent, readPage(query))),
      PAGE_PARAMETERS,
    ),
    '/api/v1/torrents/:infohash/peers': read(
      ({ query }, { torrent }) => jsonAnswer(peerPage(torrent, readPage(query), clock.now())),
      PAGE_PARAMETERS,
    ),
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
  };
}

function readSwitch(query: URLSearchParams, name: string): boolean {
  const text = query.get(name) ?? 'false';
  if (text === 'true' || text === 'false') return text === 'true';
  throw new ApiError(400, 'invalid-request', `${name} is true or false.`);
}
