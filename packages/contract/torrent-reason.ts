// Why a torrent of a client is as it is: exactly one word for programs, one sentence for people; its state follows from it.

import Type from 'typebox';

/** A closed list: a word never changes its meaning, new ones may come. Each has a row in docs/errors.md. */
export const TorrentReasonCodeSchema = Type.Union([
  Type.Literal('starting'),
  Type.Literal('checking'),
  Type.Literal('disk-full'),
  Type.Literal('not-writable'),
  Type.Literal('not-readable'),
  Type.Literal('locked'),
  Type.Literal('path-conflict'),
  Type.Literal('stopped'),
  Type.Literal('paused'),
  Type.Literal('seeding'),
  Type.Literal('nobody-asks'),
  Type.Literal('downloading'),
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
]);
export type TorrentReasonCode = Type.Static<typeof TorrentReasonCodeSchema>;

export const TorrentReasonSchema = Type.Object(
  { code: TorrentReasonCodeSchema, message: Type.String({ minLength: 1, description: 'a sentence in English' }) },
  { additionalProperties: false },
);
export type TorrentReason = Type.Static<typeof TorrentReasonSchema>;

/** `stalled`: it wants pieces and none come; `error`: its disk refuses; `completed`: whole, and serving nobody now. */
export const TorrentStateSchema = Type.Union([
  Type.Literal('checking'),
  Type.Literal('error'),
  Type.Literal('paused'),
  Type.Literal('downloading'),
  Type.Literal('stalled'),
  Type.Literal('seeding'),
  Type.Literal('completed'),
]);
export type TorrentState = Type.Static<typeof TorrentStateSchema>;
