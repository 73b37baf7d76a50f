export {
  type ClientErrorAnswer,
  type ClientErrorCode,
  ClientErrorCodeSchema,
  ClientErrorSchema,
} from './client-error.ts';
export { conforms } from './conforms.ts';
export {
  type ContainerConfig,
  ContainerConfigSchema,
  type ContainerState,
  ContainerStateSchema,
  type ContainerView,
  ContainerViewSchema,
  type CreateContainer,
  CreateContainerSchema,
  type CreatedContainer,
  CreatedContainerSchema,
  type Health,
  HealthSchema,
  type ImageUpdate,
  ImageUpdateSchema,
  type InstanceView,
  InstanceViewSchema,
  type Reason,
  ReasonSchema,
  type Stats,
  StatsSchema,
} from './container.ts';
export {
  type ControlPath,
  type PauseAnswer,
  PauseAnswerSchema,
  type ResumeAnswer,
  ResumeAnswerSchema,
} from './control.ts';
export {
  type NewTracker,
  NewTrackerSchema,
  type SourceDefaults,
  SourceDefaultsSchema,
  type SourceList,
  SourceListSchema,
  type SourceSwitch,
  SourceSwitchSchema,
  type SourceView,
  SourceViewSchema,
  type TrackerList,
  TrackerListSchema,
  type TrackerView,
  TrackerViewSchema,
} from './discovery.ts';
export {
  type AnswerOf,
  type BodyOf,
  type Endpoint,
  type EndpointName,
  endpoints,
  type ParamsOf,
  type QueryOf,
} from './endpoints.ts';
export { type ErrorAnswer, ErrorAnswerSchema, type ErrorCode, ErrorCodeSchema } from './error-answer.ts';
export {
  type Action,
  type ActionAnswer,
  ActionAnswerSchema,
  ActionSchema,
  type FleetEvent,
  FleetEventSchema,
  type Info,
  InfoSchema,
  type LogLine,
  LogLineSchema,
  type PastSamples,
  PastSamplesSchema,
  type RemovalPlan,
  RemovalPlanSchema,
  type StoredTorrent,
  StoredTorrentSchema,
  type TorrentPreview,
  TorrentPreviewSchema,
} from './fleet.ts';
export {
  type FleetErrorAnswer,
  type FleetErrorCode,
  FleetErrorCodeSchema,
  FleetErrorSchema,
  fleetErrorStatuses,
} from './fleet-error.ts';
export { type Host, HostSchema } from './host.ts';
export {
  type Image,
  ImageSchema,
  PullRequestSchema,
  type PullStep,
  PullStepSchema,
} from './image.ts';
export { openApi } from './open-api.ts';
export { type Placement, PlacementSchema } from './placement.ts';
export { type RunFile, RunFileSchema } from './run-file.ts';
export { type State, StateSchema, type Status, StatusSchema } from './status.ts';
export { formatEta, restingStatus, type StatusPart, sizeOf, sumStatus } from './status-sum.ts';
export {
  type FilePage,
  FilePageSchema,
  type FileView,
  FileViewSchema,
  InfoHashSchema,
  type PeerPage,
  PeerPageSchema,
  type PeerView,
  PeerViewSchema,
  type TorrentDetail,
  TorrentDetailSchema,
  type TorrentPage,
  TorrentPageSchema,
  type TorrentRemoval,
  TorrentRemovalSchema,
  type TorrentSort,
  TorrentSortSchema,
  type TorrentSummary,
  TorrentSummarySchema,
} from './torrent.ts';
export {
  type TorrentReason,
  type TorrentReasonCode,
  TorrentReasonCodeSchema,
  TorrentReasonSchema,
  type TorrentState,
  TorrentStateSchema,
} from './torrent-reason.ts';
