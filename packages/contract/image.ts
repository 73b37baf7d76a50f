// The images that containers may be made from, where a driver has such.

import Type from 'typebox';

/** `GET /api/v1/images` gives `{ items }` of them: those that the operator allows, there or not. */
export const ImageSchema = Type.Object({
  name: Type.String(),
  id: Type.Union([Type.String(), Type.Null()], { description: 'null: not there yet' }),
  version: Type.Union([Type.String(), Type.Null()], { description: 'of the OCI label' }),
  sizeBytes: Type.Union([Type.Number(), Type.Null()]),
});
export type Image = Type.Static<typeof ImageSchema>;

export const PullRequestSchema = Type.Object({ name: Type.String({ minLength: 1 }) }, { additionalProperties: false });

/** A line of what `POST /api/v1/images/pull` answers; the last one's status is `done` or `failed`, with why. */
export const PullStepSchema = Type.Object({
  status: Type.String(),
  layer: Type.Optional(Type.String()),
  currentBytes: Type.Optional(Type.Number()),
  totalBytes: Type.Optional(Type.Number()),
  error: Type.Optional(Type.String()),
  code: Type.Optional(Type.String()),
});
export type PullStep = Type.Static<typeof PullStepSchema>;
