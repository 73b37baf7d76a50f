// What `GET /status` of a client answers: exactly these ten fields in this order, as programs outside rely on it.

import Type from 'typebox';

/** The first that holds, from left to right; see docs/contract.md C2. */
export const StateSchema = Type.Union([
  Type.Literal('paused'),
  Type.Literal('completed'),
  Type.Literal('downloading'),
  Type.Literal('seeding'),
  Type.Literal('starting'),
]);
export type State = Type.Static<typeof StateSchema>;

const count = (description: string) => Type.Integer({ minimum: 0, description });

/** One torrent, or all torrents of a client taken together. */
export const StatusSchema = Type.Object(
  {
    state: StateSchema,
    paused: Type.Boolean({ description: 'asked to fetch nothing; with many torrents: all of them are' }),
    progress: Type.Number({ minimum: 0, maximum: 100, description: 'per cent, not rounded' }),
    downloaded: count('bytes of verified pieces'),
    total_size: count('bytes of all wanted files; 0 before the torrent was read'),
    download_speed: count('bytes of payload a second'),
    upload_speed: count('bytes of payload a second'),
    connected_peers: count('peers whose handshake is finished'),
    total_peers: count('distinct known addresses, never below connected_peers'),
    eta: Type.String({ pattern: '^(∞|[1-9][0-9]*h [0-9]{1,2}m|[0-9]{1,2}m [0-9]{1,2}s|[0-9]{1,2}s)$' }),
  },
  { additionalProperties: false },
);
export type Status = Type.Static<typeof StatusSchema>;
