// Where a client's torrents look for peers, as its own API tells of it. Times are unix milliseconds.
//
//   GET    /api/v1/sources                               SourceDefaults: of all torrents without a wish of their own
//   POST   /api/v1/sources/:name                         SourceSwitch -> SourceDefaults
//   GET    /api/v1/torrents/:infohash/sources            SourceList
//   POST   /api/v1/torrents/:infohash/sources/:name      SourceSwitch -> SourceList
//   GET    /api/v1/torrents/:infohash/trackers           TrackerList
//   POST   /api/v1/torrents/:infohash/trackers           NewTracker -> 201 TrackerList
//   DELETE /api/v1/torrents/:infohash/trackers           ?url= -> TrackerList
//   POST   /api/v1/torrents/:infohash/trackers/scrape    202 TrackerList: what they say is shown when they have said it
//   POST   /api/v1/torrents/:infohash/reannounce         202 TrackerList
//
// All of it is kept over a restart.

import Type from 'typebox';
import { count, orNull, time } from './field.ts';

export const TrackerViewSchema = Type.Object(
  {
    url: Type.String({ description: 'as the torrent has it; its path may hold a passkey' }),
    tier: count('from 0'),
    state: Type.Union([
      Type.Literal('idle', { description: 'not asked yet, because another one works' }),
      Type.Literal('announcing'),
      Type.Literal('working'),
      Type.Literal('failing'),
      Type.Literal('unsupported'),
    ]),
    lastAnswer: Type.String({ description: 'in words; empty before the first' }),
    error: orNull(Type.String({ description: 'why the last question was not answered' })),
    nextAnnounceAt: orNull(time('when it will be asked again')),
    seeders: orNull(count('as it says')),
    leechers: orNull(count('as it says')),
    completed: orNull(count('how often it was downloaded, as a scrape said')),
    peersReceived: count('addresses in all its answers'),
    lastScrape: Type.String({ description: 'what the last scrape brought, in words; empty before the first' }),
    externalIps: Type.Array(Type.String(), { description: 'where it sees this client (BEP 24)' }),
  },
  { additionalProperties: false },
);
export type TrackerView = Type.Static<typeof TrackerViewSchema>;

export const SourceViewSchema = Type.Object(
  {
    name: Type.String({ description: 'tracker, overlay, dht, pex, lsd: the words of --discovery-mode' }),
    enabled: Type.Boolean(),
    found: count('addresses it was the first to name'),
    nextAt: orNull(time('when it will ask again')),
    error: orNull(Type.String({ description: 'why its last question was not answered' })),
  },
  { additionalProperties: false },
);
export type SourceView = Type.Static<typeof SourceViewSchema>;

export const SourceListSchema = Type.Object({ items: Type.Array(SourceViewSchema) }, { additionalProperties: false });
export type SourceList = Type.Static<typeof SourceListSchema>;

export const SourceSwitchSchema = Type.Object({ enabled: Type.Boolean() }, { additionalProperties: false });
export type SourceSwitch = Type.Static<typeof SourceSwitchSchema>;

/** Which sources torrents use that have no wish of their own; private ones have their trackers. */
export const SourceDefaultsSchema = Type.Object(
  {
    items: Type.Array(Type.Object({ name: Type.String(), enabled: Type.Boolean() }, { additionalProperties: false })),
  },
  { additionalProperties: false },
);
export type SourceDefaults = Type.Static<typeof SourceDefaultsSchema>;

export const TrackerListSchema = Type.Object({ items: Type.Array(TrackerViewSchema) }, { additionalProperties: false });
export type TrackerList = Type.Static<typeof TrackerListSchema>;

export const NewTrackerSchema = Type.Object(
  {
    url: Type.String({ description: 'http:, https: or udp:' }),
    tier: Type.Optional(Type.Integer({ minimum: 0, maximum: 99, description: 'left out: behind all others' })),
  },
  { additionalProperties: false },
);
export type NewTracker = Type.Static<typeof NewTrackerSchema>;
