// Where peers come from, seen and steered below /api/v1, as packages/contract/discovery.ts has it.

import type { NewTracker, SourceDefaults, SourceList, SourceSwitch, TrackerList } from '@enjambre/contract';
import { type Answer, jsonAnswer, READING, type Route } from '@enjambre/http';
import type { Discovery } from '../discovery.ts';
import { ApiError } from '../errors.ts';
import { readTracker } from '../flag-values.ts';
import type { TorrentEntry } from '../torrent-entry.ts';
import type { TorrentList } from '../torrent-list.ts';
import { ofTorrent, readJson, refusing, type TorrentHandle } from './torrent-route.ts';
import { sourcesOf, trackersOf } from './torrent-view.ts';

const MOST_TIER = 99;
const SWITCH_SENTENCE = 'The body is JSON, {"enabled": true} or {"enabled": false}.';
const TRACKER_SENTENCE = `The body is JSON, {"url": "http://…"}, with "tier": 0 to ${MOST_TIER} where it is to be in one.`;

export function discoveryRoutes(torrents: TorrentList, discovery: Discovery): Record<string, Route | Route[]> {
  const route = (method: string, handle: TorrentHandle, parameters: readonly string[] = []): Route => ({
    methods: method === 'GET' ? READING : [method],
    changes: method !== 'GET',
    handle: ofTorrent(torrents, handle, parameters),
  });
  const torrent = '/api/v1/torrents/:infohash';
  return {
    '/api/v1/sources': { methods: READING, handle: refusing([], () => defaults(discovery)) },
    '/api/v1/sources/:name': {
      methods: ['POST'],
      changes: true,
      handle: refusing([], async (asked) => {
        const { enabled } = await readJson(asked, isSwitch, SWITCH_SENTENCE);
        discovery.setDefault(asked.params.name, enabled, torrents.entries);
        return defaults(discovery);
      }),
    },
    [`${torrent}/sources`]: route('GET', (_, entry) => sources(entry)),
    [`${torrent}/sources/:name`]: route('POST', async (asked, entry) => {
      const { enabled } = await readJson(asked, isSwitch, SWITCH_SENTENCE);
      discovery.setSource(entry, asked.params.name, enabled);
      return sources(entry);
    }),
    [`${torrent}/trackers`]: [
      route('GET', (_, entry) => trackers(entry)),
      route('POST', async (asked, entry) => {
        const { url, tier } = await readJson(asked, isNewTracker, TRACKER_SENTENCE);
        discovery.addTracker(entry, readUrl(url), tier);
        return trackers(entry, 201);
      }),
      route(
        'DELETE',
        ({ query }, entry) => {
          discovery.removeTracker(entry, query.get('url') ?? '');
          return trackers(entry);
        },
        ['url'],
      ),
    ],
    [`${torrent}/trackers/scrape`]: route('POST', (_, entry) => {
      requireNow(entry, entry.trackers.scrape());
      return trackers(entry, 202);
    }),
    [`${torrent}/reannounce`]: route('POST', (_, entry) => {
      requireNow(entry, entry.trackers.reannounce());
      return trackers(entry, 202);
    }),
  };
}

function defaults(discovery: Discovery): Answer {
  return jsonAnswer({ items: discovery.defaults } satisfies SourceDefaults);
}

function sources({ torrent }: TorrentEntry): Answer {
  return jsonAnswer({ items: sourcesOf(torrent) } satisfies SourceList);
}

function trackers({ trackers }: TorrentEntry, status = 200): Answer {
  return jsonAnswer({ items: trackersOf(trackers) } satisfies TrackerList, status);
}

/** @throws ApiError where trackers may not be asked now, and says when */
function requireNow({ torrent }: TorrentEntry, waitMs: number): void {
  if (waitMs === 0) return;
  if (waitMs === Number.POSITIVE_INFINITY) {
    const isOn = torrent.sources.views.some(({ name, enabled }) => name === 'tracker' && enabled);
    const why = isOn ? 'it has not started yet, or has none that may be asked' : 'they are switched off';
    throw new ApiError(409, 'no-tracker-to-ask', `The trackers of this torrent are not asked: ${why}.`);
  }
  const seconds = Math.ceil(waitMs / 1000);
  const headers = { 'Retry-After': String(seconds) };
  throw new ApiError(429, 'too-soon', `Trackers may be asked again in ${seconds} s.`, { headers });
}

function readUrl(text: string): string {
  try {
    return readTracker(text);
  } catch (error) {
    throw new ApiError(400, 'invalid-request', `url: ${(error as Error).message}.`, { cause: error });
  }
}

function isSwitch(value: unknown): value is SourceSwitch {
  return typeof value === 'object' && value !== null && 'enabled' in value && typeof value.enabled === 'boolean';
}

function isNewTracker(value: unknown): value is NewTracker {
  if (typeof value !== 'object' || value === null || !('url' in value) || typeof value.url !== 'string') return false;
  if (!('tier' in value)) return true;
  const { tier } = value;
  return typeof tier === 'number' && Number.isInteger(tier) && tier >= 0 && tier <= MOST_TIER;
}
