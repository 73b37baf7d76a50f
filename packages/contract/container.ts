// A container as the backend's API tells of it: an instance of the client, whichever driver runs it.

import Type from 'typebox';
import { PlacementSchema } from './placement.ts';
import { StatusSchema } from './status.ts';

/** Docker's words, whatever the driver. */
export const ContainerStateSchema = Type.Union([
  Type.Literal('created'),
  Type.Literal('running'),
  Type.Literal('restarting'),
  Type.Literal('exited'),
  Type.Literal('dead'),
]);
export type ContainerState = Type.Static<typeof ContainerStateSchema>;

/** Whether its client answers: `unreachable` after three misses, back after one answer; `none` while it does not run. */
export const HealthSchema = Type.Union([
  Type.Literal('starting'),
  Type.Literal('healthy'),
  Type.Literal('unreachable'),
  Type.Literal('none'),
]);
export type Health = Type.Static<typeof HealthSchema>;

/** Why something is as it is: a word that never changes its meaning, and a sentence in English. */
export const ReasonSchema = Type.Object({
  code: Type.Union([
    Type.Literal('starting'),
    Type.Literal('stopped-by-user'),
    Type.Literal('restarting'),
    Type.Literal('exited'),
    Type.Literal('killed'),
    Type.Literal('start-failed'),
    Type.Literal('no-answer'),
    Type.Literal('storage'),
    // Of hosts, where there are several.
    Type.Literal('no-host'),
    Type.Literal('host-down'),
    // As the client tells of its torrent: what it waits for while nothing arrives.
    Type.Literal('checking'),
    Type.Literal('no-sources'),
    Type.Literal('sources-failing'),
    Type.Literal('private-no-peers'),
    Type.Literal('no-peers-known'),
    Type.Literal('none-reachable'),
    Type.Literal('connections-used-up'),
    Type.Literal('connecting'),
    Type.Literal('download-limited'),
    Type.Literal('pieces-missing'),
    Type.Literal('all-choking'),
    Type.Literal('peers-silent'),
    Type.Literal('waiting'),
  ]),
  message: Type.String(),
  /** Unix milliseconds: since when it is so. */
  since: Type.Number(),
});
export type Reason = Type.Static<typeof ReasonSchema>;

/** How a container was asked for, as remembered. */
export const ContainerConfigSchema = Type.Object({
  torrentFile: Type.String(),
  folderPath: Type.String({ description: 'absolute, below the root; or volume:NAME, a volume of each host' }),
  discoveryMode: Type.String(),
  networkName: Type.Union([Type.String(), Type.Null()]),
  imageName: Type.Union([Type.String(), Type.Null()]),
  port: Type.Union([Type.Integer(), Type.Null()], { description: 'the overlay port that was asked for' }),
  bootstrap: Type.Union([Type.String(), Type.Null()]),
  downloadLimit: Type.Union([Type.Integer(), Type.Null()], { description: 'bytes a second' }),
  uploadLimit: Type.Union([Type.Integer(), Type.Null()], { description: 'bytes a second' }),
  peers: Type.Array(Type.String()),
  placement: Type.Optional(PlacementSchema),
});
export type ContainerConfig = Type.Static<typeof ContainerConfigSchema>;

/** One of several instances of a container (`placement`). Times are unix milliseconds. */
export const InstanceViewSchema = Type.Object({
  id: Type.String({
    description: 'stays the same when it is started anew: 1, 2, … of replicas; the host of a global one',
  }),
  host: Type.Union([Type.String(), Type.Null()], { description: 'name of its host; null while there is none for it' }),
  image: Type.String({ description: 'that it was made from: during an update they differ' }),
  state: ContainerStateSchema,
  health: HealthSchema,
  reason: Type.Union([ReasonSchema, Type.Null()]),
  status: Type.Union([StatusSchema, Type.Null()]),
  startedAt: Type.Union([Type.Number(), Type.Null()]),
});
export type InstanceView = Type.Static<typeof InstanceViewSchema>;

/** How far an update of the image is, or how the last one ended. */
export const ImageUpdateSchema = Type.Object({
  state: Type.Union([Type.Literal('updating'), Type.Literal('paused'), Type.Literal('completed')]),
  message: Type.String({ description: 'a sentence; of a paused one why' }),
});
export type ImageUpdate = Type.Static<typeof ImageUpdateSchema>;

/** One row of the list; the event stream carries whole rows of those that changed. Times are unix milliseconds. */
export const ContainerViewSchema = Type.Object({
  id: Type.String({ pattern: '^[0-9a-f]{12}$' }),
  name: Type.String(),
  driver: Type.String(),
  state: ContainerStateSchema,
  wanted: Type.Union([Type.Literal('running'), Type.Literal('stopped')]),
  health: HealthSchema,
  reason: Type.Union([ReasonSchema, Type.Null()]),
  torrentName: Type.String({ description: "the info dictionary's name" }),
  infoHash: Type.String(),
  totalSize: Type.Number(),
  /** The last answer of the client, without speeds and peers once it has ended; null before the first one. */
  status: Type.Union([StatusSchema, Type.Null()]),
  statusAt: Type.Union([Type.Number(), Type.Null()]),
  createdAt: Type.Number(),
  startedAt: Type.Union([Type.Number(), Type.Null()]),
  exitCode: Type.Union([Type.Integer(), Type.Null()]),
  restarts: Type.Integer(),
  host: Type.Union([Type.String(), Type.Null()], {
    description: 'name of the host that it runs on; null: on none, or on several (each of `instances` has its own)',
  }),
  instances: Type.Array(InstanceViewSchema, {
    description:
      'empty for a container that has one, which is this row. Of several, `status` and `health` of the row are of all ' +
      'together: one that is only being started has nothing yet of what the others have',
  }),
  update: Type.Union([ImageUpdateSchema, Type.Null()], { description: 'null: its image was never updated' }),
  config: ContainerConfigSchema,
});
export type ContainerView = Type.Static<typeof ContainerViewSchema>;

const limit = { minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'bytes a second' };

/** What `POST /api/containers` and `POST /api/v1/containers` take; the short form has `name` for `containerName`. */
export const CreateContainerSchema = Type.Object(
  {
    containerName: Type.Optional(Type.String()),
    name: Type.Optional(Type.String()),
    torrentFile: Type.String(),
    networkName: Type.Optional(Type.String()),
    folderPath: Type.Optional(Type.String()),
    imageName: Type.Optional(Type.String()),
    discoveryMode: Type.Optional(Type.String()),
    port: Type.Optional(Type.Union([Type.String(), Type.Integer()])),
    bootstrap: Type.Optional(Type.String()),
    downloadLimit: Type.Optional(Type.Integer(limit)),
    uploadLimit: Type.Optional(Type.Integer(limit)),
    peers: Type.Optional(Type.Array(Type.String(), { maxItems: 1000, description: 'given by hand: host:port each' })),
    placement: Type.Optional(PlacementSchema),
  },
  // What is asked for and would not be done is refused: `privileged`, `binds`.
  { additionalProperties: false },
);
export type CreateContainer = Type.Static<typeof CreateContainerSchema>;

export const CreatedContainerSchema = Type.Object({
  success: Type.Literal(true),
  containerId: Type.String(),
  name: Type.String(),
  message: Type.String(),
  warnings: Type.Optional(Type.Array(Type.String())),
});
export type CreatedContainer = Type.Static<typeof CreatedContainerSchema>;

export const StatsSchema = Type.Object({
  cpuPercent: Type.Number({ description: '100 is one core' }),
  memoryBytes: Type.Number(),
  memoryLimitBytes: Type.Number(),
  networkRxBytes: Type.Number(),
  networkTxBytes: Type.Number(),
  /** Bytes the client has read from and written to disk. */
  blockReadBytes: Type.Number(),
  blockWriteBytes: Type.Number(),
});
export type Stats = Type.Static<typeof StatsSchema>;
