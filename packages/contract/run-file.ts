// What a client writes into its run file once it listens: how whoever started it finds its ports.

import Type from 'typebox';

const Port = Type.Integer({ minimum: 1, maximum: 65535 });

export const RunFileSchema = Type.Object(
  {
    pid: Type.Integer({ minimum: 1 }),
    started: Type.String({ description: 'RFC 3339, UTC' }),
    listenPort: Port,
    httpPort: Type.Union([Port, Type.Null()], { description: 'null when the control server could not be bound' }),
  },
  { additionalProperties: false },
);
export type RunFile = Type.Static<typeof RunFileSchema>;
