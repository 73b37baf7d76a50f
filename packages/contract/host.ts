// The machines on which a driver runs clients. Drivers of one machine have one host.

import Type from 'typebox';

export const HostSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  address: Type.Union([Type.String(), Type.Null()], { description: 'as the other hosts reach it; null: of one alone' }),
  state: Type.Union([Type.Literal('ready'), Type.Literal('down'), Type.Literal('unknown')]),
  reason: Type.Union([Type.String(), Type.Null()], {
    description: 'a sentence: why it is not ready, or takes no further instances',
  }),
  labels: Type.Record(Type.String(), Type.String()),
  cpus: Type.Number(),
  memoryBytes: Type.Number(),
  instances: Type.Integer({ description: 'of this fleet, that are there now' }),
});
export type Host = Type.Static<typeof HostSchema>;
