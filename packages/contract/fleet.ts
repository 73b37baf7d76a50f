// What the page's side of the backend's API carries, all below /api/v1 (endpoints.ts): lists, actions on many, events.

import Type from 'typebox';
import { ContainerViewSchema } from './container.ts';

export const InfoSchema = Type.Object({
  service: Type.Literal('enjambre'),
  version: Type.String(),
  driver: Type.String(),
  driverProblem: Type.Union([Type.String(), Type.Null()], { description: 'why what runs clients cannot be reached' }),
  root: Type.String({ description: 'downloads go below it' }),
  tracker: Type.Union([Type.String(), Type.Null()], { description: 'announce URL of the embedded tracker' }),
  freeBytes: Type.Union([Type.Number(), Type.Null()], { description: 'on the disk of the root' }),
});
export type Info = Type.Static<typeof InfoSchema>;

export const ActionSchema = Type.Object({
  verb: Type.Union([
    Type.Literal('pause'),
    Type.Literal('resume'),
    Type.Literal('start'),
    Type.Literal('stop'),
    Type.Literal('restart'),
  ]),
  ids: Type.Array(Type.String(), { minItems: 1, maxItems: 1000 }),
});
export type Action = Type.Static<typeof ActionSchema>;

/** One row for each container that was named, in that order. */
export const ActionAnswerSchema = Type.Object({
  results: Type.Array(
    Type.Object({
      id: Type.String(),
      ok: Type.Boolean(),
      code: Type.Optional(Type.String()),
      error: Type.Optional(Type.String()),
    }),
  ),
});
export type ActionAnswer = Type.Static<typeof ActionAnswerSchema>;

/** What a removal would do. The token stands for exactly these containers as they are now. */
export const RemovalPlanSchema = Type.Object({
  token: Type.String(),
  withData: Type.Boolean(),
  items: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      running: Type.Boolean(),
      /** Bytes on disk that would be deleted; 0 without data. */
      bytes: Type.Number(),
      /** Peers it is connected to now. */
      peers: Type.Integer(),
      /** The data is also used by containers that stay, so it is kept. */
      sharedWith: Type.Array(Type.String()),
    }),
  ),
  totalBytes: Type.Number(),
});
export type RemovalPlan = Type.Static<typeof RemovalPlanSchema>;

export const StoredTorrentSchema = Type.Object({
  name: Type.String({ description: 'the file name under which it is kept' }),
  path: Type.String(),
  size: Type.Number({ description: 'bytes of the .torrent file' }),
  torrentName: Type.String(),
  infoHash: Type.String(),
  totalSize: Type.Number(),
  fileCount: Type.Integer(),
  usedBy: Type.Array(Type.String(), { description: 'names of containers' }),
});
export type StoredTorrent = Type.Static<typeof StoredTorrentSchema>;

export const TorrentPreviewSchema = Type.Object({
  torrentName: Type.String(),
  infoHash: Type.String(),
  totalSize: Type.Number(),
  pieceLength: Type.Number(),
  pieces: Type.Integer(),
  private: Type.Boolean(),
  trackers: Type.Array(Type.String()),
  fileCount: Type.Integer(),
  /** The first thousand. */
  files: Type.Array(Type.Object({ path: Type.String(), size: Type.Number() })),
  /** A name for a container of it that is free now. */
  suggestedName: Type.String(),
  /** Containers that have it already. */
  usedBy: Type.Array(Type.String()),
});
export type TorrentPreview = Type.Static<typeof TorrentPreviewSchema>;

const Figures = Type.Array(Type.Union([Type.Number(), Type.Null()]));
/** Equally long lists, the newest last; null where nothing was known. */
export const PastSamplesSchema = Type.Object({
  start: Type.Integer({ description: 'unix seconds of the first' }),
  step: Type.Integer({ description: 'seconds from one to the next' }),
  downloadSpeed: Figures,
  uploadSpeed: Figures,
  progress: Figures,
});
export type PastSamples = Type.Static<typeof PastSamplesSchema>;

export const LogLineSchema = Type.Object({
  at: Type.Union([Type.Number(), Type.Null()], { description: 'unix milliseconds, where the line tells' }),
  text: Type.String(),
  instance: Type.Optional(Type.String({ description: 'of several the one that wrote it, as in `instances`' })),
  host: Type.Optional(Type.String({ description: 'of several instances: where the one that wrote it was then' })),
});
export type LogLine = Type.Static<typeof LogLineSchema>;

/**
 * What an event's `data` holds; the SSE `event:` field is its `type`, the `id:` field counts up. First after connecting
 * comes `snapshot` (all), unless Last-Event-ID allows a replay; then at most two `changes` a second, with only what
 * changed; `heartbeat` every ten seconds.
 */
export const FleetEventSchema = Type.Union([
  Type.Object({ type: Type.Literal('snapshot'), containers: Type.Array(ContainerViewSchema), at: Type.Number() }),
  Type.Object({
    type: Type.Literal('changes'),
    changed: Type.Array(ContainerViewSchema),
    removed: Type.Array(Type.String()),
    at: Type.Number(),
  }),
  Type.Object({ type: Type.Literal('torrents') }),
  Type.Object({ type: Type.Literal('heartbeat'), at: Type.Number() }),
]);
export type FleetEvent = Type.Static<typeof FleetEventSchema>;
