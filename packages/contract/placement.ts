// Where instances of a container run, with a driver that has several hosts; with the others there is one.

import Type from 'typebox';

/** How many instances, and on which hosts. Swarm decides; this says between what. */
export const PlacementSchema = Type.Object(
  {
    mode: Type.Union([Type.Literal('one'), Type.Literal('replicas'), Type.Literal('global')], {
      description: 'one instance, `replicas` of them, or one on every host that meets the constraints',
    }),
    replicas: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'with mode replicas only' })),
    host: Type.Optional(Type.String({ description: 'id or name of the one host; not with mode global' })),
    constraints: Type.Optional(
      Type.Array(Type.String(), {
        maxItems: 20,
        description: 'all must hold; as Swarm writes them: node.labels.disk==ssd, node.role!=manager',
      }),
    ),
    spread: Type.Optional(
      Type.String({ description: 'a host label over whose values instances are spread: node.labels.rack' }),
    ),
  },
  { additionalProperties: false },
);
export type Placement = Type.Static<typeof PlacementSchema>;
