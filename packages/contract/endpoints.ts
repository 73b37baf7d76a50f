// Every route of the backend: what it takes, what it answers, what it may refuse. The server checks by it, the page calls by
// it, and the description for other programs (OpenAPI) is made of it: nothing about a route is written twice.

import Type from 'typebox';
import {
  ContainerConfigSchema,
  ContainerStateSchema,
  ContainerViewSchema,
  CreateContainerSchema,
  CreatedContainerSchema,
  HealthSchema,
  StatsSchema,
} from './container.ts';
import { NewTrackerSchema, SourceListSchema, SourceSwitchSchema, TrackerListSchema } from './discovery.ts';
import {
  ActionAnswerSchema,
  ActionSchema,
  InfoSchema,
  LogLineSchema,
  PastSamplesSchema,
  RemovalPlanSchema,
  StoredTorrentSchema,
  TorrentPreviewSchema,
} from './fleet.ts';
import type { FleetErrorCode } from './fleet-error.ts';
import { HostSchema } from './host.ts';
import { ImageSchema, PullRequestSchema, PullStepSchema } from './image.ts';
import { PageQuery, pageOf } from './page.ts';
import { StatusSchema } from './status.ts';
import { TorrentDetailSchema } from './torrent.ts';

export interface Endpoint {
  /** One line. */
  readonly summary: string;
  readonly params?: Type.TObject;
  /** Values are texts, as a URL carries them. */
  readonly query?: Type.TObject;
  readonly body?: Type.TSchema;
  /** The body is a file, sent as multipart/form-data in the field `file`. */
  readonly takesFile?: true;
  readonly answer: Type.TSchema;
  /** Default `application/json`. */
  readonly answerType?: string;
  /** Beyond those that every route may give. */
  readonly refusals: readonly FleetErrorCode[];
}

const ById = Type.Object({ id: Type.String({ description: 'id, unique start of one, or name' }) });
const ByName = Type.Object({ name: Type.String() });
const ByToken = Type.Object({ token: Type.String() });
const Done = Type.Object({ success: Type.Literal(true), message: Type.String() });
const Paused = Type.Object({ success: Type.Literal(true), paused: Type.Boolean() });
const Tail = Type.Object({ tail: Type.Optional(Type.String({ description: 'lines from the end, or all' })) });
const Search = Type.Optional(Type.String({ maxLength: 200, description: 'a part of a name or info hash' }));

const ListedContainer = Type.Object({
  id: Type.String(),
  name: Type.String(),
  image: Type.String(),
  state: ContainerStateSchema,
  status: Type.String(),
  created: Type.Integer({ description: 'unix seconds' }),
  ports: Type.Array(
    Type.Object({ privatePort: Type.Integer(), publicPort: Type.Integer(), type: Type.String(), ip: Type.String() }),
  ),
});
const Network = Type.Object({
  id: Type.String(),
  name: Type.String(),
  driver: Type.String(),
  scope: Type.String(),
  created: Type.String(),
});

const oneContainer = ['container-not-found'] as const;
/** Of what its client alone can tell or do. */
const ofClient = [...oneContainer, 'wrong-state', 'client-unreachable'] as const;
const OfInstance = Type.Object({
  instance: Type.Optional(Type.String({ description: 'id of one of several; the first that answers when left out' })),
});
const takenFile = ['no-file', 'not-a-torrent', 'unsupported-torrent', 'too-large', 'not-kept'] as const;
const creation = [
  ...['invalid-request', 'torrent-not-found', 'network-not-found', 'image-not-found', 'host-not-found', 'name-taken'],
  ...[
    'port-taken',
    'folder-in-use',
    'path-outside-root',
    'too-large',
    'removed-meanwhile',
    'not-kept',
    'start-failed',
    'driver-unreachable',
    'driver-refused',
  ],
] as const satisfies readonly FleetErrorCode[];

/** `METHOD /path/:name`. */
export const endpoints = {
  'GET /health': {
    summary: 'Whether the backend runs',
    answer: Type.Object({ status: Type.Literal('ok'), service: Type.Literal('enjambre'), version: Type.String() }),
    refusals: [],
  },
  'GET /metrics': { summary: 'Figures for Prometheus', answer: Type.String(), answerType: 'text/plain', refusals: [] },

  'GET /api/containers': {
    summary: 'All containers',
    answer: Type.Array(ListedContainer),
    refusals: ['driver-unreachable'],
  },
  'POST /api/containers': {
    summary: 'Creates a container and starts it',
    body: CreateContainerSchema,
    answer: CreatedContainerSchema,
    refusals: creation,
  },
  'GET /api/containers/:id': {
    summary: 'One container',
    params: ById,
    answer: Type.Object({
      id: Type.String(),
      name: Type.String(),
      image: Type.String(),
      state: ContainerStateSchema,
      created: Type.String({ description: 'RFC 3339' }),
      config: ContainerConfigSchema,
    }),
    refusals: oneContainer,
  },
  'DELETE /api/containers/:id': {
    summary: 'Removes a container; its data stays',
    params: ById,
    query: Type.Object({ force: Type.Optional(Type.String({ description: 'true: also when it runs' })) }),
    answer: Done,
    refusals: [...oneContainer, 'running', 'not-kept', 'driver-unreachable'],
  },
  'POST /api/containers/:id/start': {
    summary: 'Starts it',
    params: ById,
    answer: Done,
    refusals: [...oneContainer, 'wrong-state', 'removed-meanwhile', 'not-kept', 'start-failed', 'driver-unreachable'],
  },
  'POST /api/containers/:id/stop': {
    summary: 'Stops it',
    params: ById,
    answer: Done,
    refusals: [...oneContainer, 'wrong-state', 'not-kept', 'driver-unreachable'],
  },
  'POST /api/containers/:id/restart': {
    summary: 'Stops it and starts it again',
    params: ById,
    answer: Done,
    refusals: [...oneContainer, 'wrong-state', 'removed-meanwhile', 'not-kept', 'start-failed', 'driver-unreachable'],
  },
  'POST /api/containers/:id/pause': {
    summary: 'Its client asks for nothing any more, and goes on serving',
    params: ById,
    answer: Paused,
    refusals: [...oneContainer, 'wrong-state', 'client-unreachable'],
  },
  'POST /api/containers/:id/resume': {
    summary: 'Its client downloads again',
    params: ById,
    answer: Paused,
    refusals: [...oneContainer, 'wrong-state', 'client-unreachable'],
  },
  'GET /api/containers/:id/status': {
    summary: "What its client says; zeros and why, when it doesn't answer",
    params: ById,
    answer: Type.Intersect([
      Type.Object({ torrent_name: Type.String(), error: Type.Optional(Type.String()) }),
      Type.Omit(StatusSchema, ['state']),
      Type.Object({ state: Type.String(), progress_percent: Type.Optional(Type.Number()) }),
    ]),
    refusals: oneContainer,
  },
  'GET /api/containers/:id/logs': {
    summary: 'The end of its log; live over WebSocket at /ws/logs/:id',
    params: ById,
    query: Tail,
    answer: Type.Object({ logs: Type.String() }),
    refusals: [...oneContainer, 'invalid-request'],
  },
  'GET /api/containers/:id/stats': {
    summary: 'What it costs the machine',
    params: ById,
    answer: StatsSchema,
    refusals: [...oneContainer, 'wrong-state', 'client-unreachable'],
  },
  'GET /api/torrents': {
    summary: 'The .torrent files that are kept',
    answer: Type.Array(Type.Object({ name: Type.String(), path: Type.String(), size: Type.Number() })),
    refusals: [],
  },
  'POST /api/torrents/upload': {
    summary: 'Keeps a .torrent',
    takesFile: true,
    answer: Type.Object({
      success: Type.Literal(true),
      filename: Type.String(),
      size: Type.Number(),
      path: Type.String(),
      message: Type.String(),
    }),
    refusals: [...takenFile, 'name-taken'],
  },
  'DELETE /api/torrents/:name': {
    summary: 'Deletes a kept .torrent; containers made of it go on',
    params: ByName,
    answer: Done,
    refusals: ['torrent-not-found'],
  },
  'GET /api/networks': {
    summary: 'Networks that containers may be on',
    answer: Type.Array(Network),
    refusals: ['driver-unreachable'],
  },
  'POST /api/networks': {
    summary: 'Makes a network',
    body: Type.Object(
      { name: Type.String({ minLength: 1 }), driver: Type.Optional(Type.String()) },
      { additionalProperties: false },
    ),
    answer: Type.Object({
      success: Type.Literal(true),
      networkId: Type.String(),
      name: Type.String(),
      message: Type.String(),
    }),
    refusals: ['invalid-request', 'name-taken', 'not-with-this-driver', 'driver-unreachable'],
  },

  'GET /api/v1/info': { summary: 'What backend this is', answer: InfoSchema, refusals: [] },
  'GET /api/v1/containers': {
    summary: 'Containers as the page shows them',
    query: Type.Object({
      ...PageQuery,
      state: Type.Optional(ContainerStateSchema),
      health: Type.Optional(HealthSchema),
      search: Search,
      sort: Type.Optional(Type.String({ description: 'created, name, progress, download, upload, peers; - turns it' })),
    }),
    answer: pageOf(ContainerViewSchema),
    refusals: ['invalid-request'],
  },
  'POST /api/v1/containers': {
    summary: 'Creates a container and starts it',
    body: CreateContainerSchema,
    answer: CreatedContainerSchema,
    refusals: creation,
  },
  'GET /api/v1/containers/:id': {
    summary: 'One container',
    params: ById,
    answer: ContainerViewSchema,
    refusals: oneContainer,
  },
  'GET /api/v1/containers/:id/log': {
    summary: 'The end of its log',
    params: ById,
    query: Tail,
    answer: Type.Object({ lines: Type.Array(LogLineSchema) }),
    refusals: [...oneContainer, 'invalid-request'],
  },
  'GET /api/v1/containers/:id/stats': {
    summary: 'What it costs the machine',
    params: ById,
    answer: StatsSchema,
    refusals: [...oneContainer, 'wrong-state', 'client-unreachable'],
  },
  'GET /api/v1/containers/:id/samples': {
    summary: 'Its speeds and progress in the past',
    params: ById,
    query: Type.Object({
      step: Type.Optional(
        Type.String({ description: 'seconds between samples: 1 (600 are kept), 10 (1,080), 60 (10,080)' }),
      ),
      count: Type.Optional(Type.String({ description: 'how many, the newest; all when left out' })),
    }),
    answer: PastSamplesSchema,
    refusals: [...oneContainer, 'invalid-request'],
  },
  'POST /api/v1/containers/:id/update': {
    summary: 'Runs it from another image: instances one after the other, each once the one before answers',
    params: ById,
    body: Type.Object({ imageName: Type.String({ minLength: 1 }) }, { additionalProperties: false }),
    answer: Done,
    refusals: [
      ...oneContainer,
      ...['invalid-request', 'image-not-found', 'not-with-this-driver', 'start-failed', 'driver-unreachable'],
    ] as const,
  },
  'GET /api/v1/containers/:id/torrent': {
    summary: 'What its client tells of its torrent: pieces, files, peers, trackers, sources (docs/contract.md §6)',
    params: ById,
    query: OfInstance,
    answer: TorrentDetailSchema,
    refusals: ofClient,
  },
  'POST /api/v1/containers/:id/sources/:name': {
    summary: 'Switches a source of peers on or off',
    params: Type.Object({ ...ById.properties, name: Type.String() }),
    query: OfInstance,
    body: SourceSwitchSchema,
    answer: SourceListSchema,
    refusals: [...ofClient, 'invalid-request'],
  },
  'POST /api/v1/containers/:id/trackers': {
    summary: 'Gives its torrent a tracker more',
    params: ById,
    query: OfInstance,
    body: NewTrackerSchema,
    answer: TrackerListSchema,
    refusals: [...ofClient, 'invalid-request'],
  },
  'DELETE /api/v1/containers/:id/trackers': {
    summary: 'Takes a tracker from its torrent',
    params: ById,
    query: Type.Object({ ...OfInstance.properties, url: Type.String() }),
    answer: TrackerListSchema,
    refusals: [...ofClient, 'invalid-request'],
  },
  'POST /api/v1/containers/:id/reannounce': {
    summary: 'Asks all its trackers at once',
    params: ById,
    query: OfInstance,
    answer: TrackerListSchema,
    refusals: [...ofClient, 'invalid-request'],
  },
  'POST /api/v1/actions': {
    summary: 'One action on many containers; what became of each is in the answer',
    body: ActionSchema,
    answer: ActionAnswerSchema,
    refusals: ['invalid-request'],
  },
  'POST /api/v1/removals': {
    summary: 'What a removal would do; nothing is removed',
    body: Type.Object({
      ids: Type.Array(Type.String(), { minItems: 1, maxItems: 1000 }),
      withData: Type.Boolean(),
    }),
    answer: RemovalPlanSchema,
    refusals: ['invalid-request', 'container-not-found'],
  },
  'POST /api/v1/removals/:token': {
    summary: 'Carries out exactly that removal',
    params: ByToken,
    answer: ActionAnswerSchema,
    refusals: ['plan-changed'],
  },
  'POST /api/v1/demo': { summary: 'Starts the sample swarm', answer: ActionAnswerSchema, refusals: ['start-failed'] },
  'GET /api/v1/torrents': {
    summary: 'The .torrent files that are kept, and what is in them',
    query: Type.Object({
      ...PageQuery,
      search: Search,
      sort: Type.Optional(Type.String({ description: 'name, size; - turns it' })),
    }),
    answer: pageOf(StoredTorrentSchema),
    refusals: ['invalid-request'],
  },
  'POST /api/v1/torrents': {
    summary: 'Keeps a .torrent',
    takesFile: true,
    answer: StoredTorrentSchema,
    refusals: [...takenFile, 'name-taken'],
  },
  'POST /api/v1/torrents/inspect': {
    summary: 'What is in a .torrent; nothing is kept',
    takesFile: true,
    answer: TorrentPreviewSchema,
    refusals: takenFile,
  },
  'DELETE /api/v1/torrents/:name': {
    summary: 'Deletes a kept .torrent; containers made of it go on',
    params: ByName,
    answer: Done,
    refusals: ['torrent-not-found'],
  },
  'GET /api/v1/hosts': {
    summary: 'The machines that clients run on',
    query: Type.Object(PageQuery),
    answer: pageOf(HostSchema),
    refusals: ['driver-unreachable'],
  },
  'GET /api/v1/images': {
    summary: 'Images that containers may be made from',
    query: Type.Object(PageQuery),
    answer: pageOf(ImageSchema),
    refusals: ['driver-unreachable'],
  },
  'POST /api/v1/images/pull': {
    summary: 'Fetches an image; tells how far it is, a line of JSON a step',
    body: PullRequestSchema,
    answer: PullStepSchema,
    answerType: 'application/x-ndjson',
    refusals: ['invalid-request', 'image-not-found', 'not-with-this-driver'],
  },
  'GET /api/v1/events': {
    summary: 'Server-sent events of what changes; see FleetEvent',
    answer: Type.String(),
    answerType: 'text/event-stream',
    refusals: [],
  },
} as const satisfies Readonly<Record<string, Endpoint>>;

export type EndpointName = keyof typeof endpoints;
type Part<Name extends EndpointName, Key extends string> =
  (typeof endpoints)[Name] extends Record<Key, infer Schema>
    ? Schema extends Type.TSchema
      ? Type.Static<Schema>
      : undefined
    : undefined;
export type AnswerOf<Name extends EndpointName> = Type.Static<(typeof endpoints)[Name]['answer']>;
export type ParamsOf<Name extends EndpointName> = Part<Name, 'params'>;
export type QueryOf<Name extends EndpointName> = Part<Name, 'query'>;
export type BodyOf<Name extends EndpointName> = Part<Name, 'body'>;
