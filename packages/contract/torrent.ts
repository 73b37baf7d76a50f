// A torrent as a client's own API tells of it. Times are unix milliseconds, sizes bytes, speeds bytes of payload a second.
//
//   GET    /api/v1/torrents                              TorrentPage   ?limit= ?offset= ?state=a,b ?sort= (see below)
//   POST   /api/v1/torrents                              the bytes of a .torrent as the body, whatever its type; ?paused=true
//                                                        -> 201 TorrentSummary; 400, 409, 413
//   GET    /api/v1/torrents/:infohash                    TorrentDetail: with the first files and peers
//   GET    /api/v1/torrents/:infohash/files              FilePage      ?limit= ?offset=
//   GET    /api/v1/torrents/:infohash/peers              PeerPage      ?limit= ?offset=, the quickest first
//   POST   /api/v1/torrents/:infohash/pause, …/resume    TorrentSummary
//   POST   /api/v1/torrents/:infohash/recheck            202 TorrentSummary
//   DELETE /api/v1/torrents/:infohash                    ?data=true deletes its files too -> TorrentRemoval
//
// Its sources and trackers: discovery.ts.

import Type from 'typebox';
import { SourceViewSchema, TrackerViewSchema } from './discovery.ts';
import { count, orNull, time } from './field.ts';
import { pageOf } from './page.ts';
import { TorrentReasonSchema, TorrentStateSchema } from './torrent-reason.ts';

const perCent = (description: string) => Type.Number({ minimum: 0, maximum: 100, description });

export const InfoHashSchema = Type.String({ pattern: '^[0-9a-f]{40}$' });

const summaryFields = {
  infoHash: InfoHashSchema,
  name: Type.String({ description: "the info dictionary's name" }),
  state: TorrentStateSchema,
  reason: TorrentReasonSchema,
  paused: Type.Boolean(),
  private: Type.Boolean({ description: 'peers come from its trackers only (BEP 27)' }),
  progress: perCent('of the bytes, not rounded'),
  totalSize: count('bytes'),
  verifiedBytes: count('bytes of verified pieces'),
  downloadBytesPerSecond: count('payload'),
  uploadBytesPerSecond: count('payload'),
  etaSeconds: orNull(count('null when nothing comes')),
  connectedPeers: count('handshakes finished'),
  knownPeers: count('distinct addresses, from every source'),
  downloadedBytes: count('payload since the start of the client'),
  uploadedBytes: count('payload since the start of the client'),
  wastedBytes: count('of the downloaded: of no use'),
  failedPieces: count('pieces that failed their hash'),
  addedAt: time('when this client took it in'),
  /** `api`: kept by the client, back after a restart; `flag` and `watch`: back as long as the .torrent is where it is. */
  addedBy: Type.Union([Type.Literal('flag'), Type.Literal('watch'), Type.Literal('api')]),
};

export const TorrentSummarySchema = Type.Object(summaryFields, { additionalProperties: false });
export type TorrentSummary = Type.Static<typeof TorrentSummarySchema>;

export const TorrentPageSchema = pageOf(TorrentSummarySchema);
export type TorrentPage = Type.Static<typeof TorrentPageSchema>;

/** What a list may be sorted by; `-` before it turns the order round. Equals are in the order of their info hashes. */
export const TorrentSortSchema = Type.Union([
  Type.Literal('name'),
  Type.Literal('added'),
  Type.Literal('size'),
  Type.Literal('progress'),
  Type.Literal('download'),
  Type.Literal('upload'),
  Type.Literal('peers'),
  Type.Literal('state'),
]);
export type TorrentSort = Type.Static<typeof TorrentSortSchema>;

export const FileViewSchema = Type.Object(
  {
    path: Type.String({ description: 'below the archives, as it is written' }),
    size: count('bytes'),
    verifiedBytes: count('of its bytes, those in verified pieces'),
  },
  { additionalProperties: false },
);
export type FileView = Type.Static<typeof FileViewSchema>;
export const FilePageSchema = pageOf(FileViewSchema);
export type FilePage = Type.Static<typeof FilePageSchema>;

/**
 * `flags`, with spaces between, as other clients write them: `D` we want its pieces and it lets us, `d` it does not; `K` it
 * would let us, and we want nothing; `U` it wants ours and we let it, `u` we do not; `?` we would let it, and it wants
 * nothing; `O` it is served by turns (optimistic); `S` it let requests time out (snubbed); `I` it called us; `H`, `X`, `L`
 * it was named by DHT, by other peers (PEX), by local discovery; `E` encrypted, `P` over µTP.
 */
export const PeerViewSchema = Type.Object(
  {
    host: Type.String(),
    port: Type.Integer({ minimum: 0, maximum: 65535 }),
    client: Type.String({ description: 'name and version as it tells them (BEP 10), else by its peer id; or unknown' }),
    flags: Type.String({ pattern: '^$|^[DdKUu?OSIHXLEP]( [DdKUu?OSIHXLEP])*$' }),
    progress: perCent('of the pieces'),
    downloadBytesPerSecond: count('from it'),
    uploadBytesPerSecond: count('to it'),
    downloadedBytes: count('from it, on this connection'),
    uploadedBytes: count('to it, on this connection'),
    origins: Type.Array(Type.String(), { description: 'who named it: tracker, manual, pex, …; incoming: itself' }),
    connectedForMs: count('since its handshake'),
  },
  { additionalProperties: false },
);
export type PeerView = Type.Static<typeof PeerViewSchema>;
export const PeerPageSchema = pageOf(PeerViewSchema);
export type PeerPage = Type.Static<typeof PeerPageSchema>;

export const TorrentDetailSchema = Type.Object(
  {
    ...summaryFields,
    archives: Type.String({ description: 'the folder its files are below' }),
    torrentFile: Type.String({ description: 'where its .torrent is' }),
    comment: orNull(Type.String()),
    createdBy: orNull(Type.String()),
    createdAt: orNull(Type.Number({ description: 'as the .torrent says' })),
    pieceLength: count('bytes'),
    pieceCount: count('pieces'),
    verifiedPieces: count('pieces'),
    pieces: Type.String({ description: 'base64 of the bitfield: piece 0 is the high bit of the first byte (BEP 3)' }),
    files: FilePageSchema,
    peers: PeerPageSchema,
    trackers: Type.Array(TrackerViewSchema),
    sources: Type.Array(SourceViewSchema),
  },
  { additionalProperties: false },
);
export type TorrentDetail = Type.Static<typeof TorrentDetailSchema>;

export const TorrentRemovalSchema = Type.Object(
  {
    infoHash: InfoHashSchema,
    removedFiles: count('files that were deleted'),
    removedBytes: count('their bytes'),
    keptFiles: Type.Array(Type.String(), { description: 'with data=true: what was left, and why, a sentence each' }),
  },
  { additionalProperties: false },
);
export type TorrentRemoval = Type.Static<typeof TorrentRemovalSchema>;
