// What every server answers when it refuses: a sentence for people, a word for programs. A word never changes its meaning.

import Type from 'typebox';

/** The words, each with a row in docs/errors.md. */
export const ErrorCodeSchema = Type.Union([
  Type.Literal('host-not-allowed'),
  Type.Literal('token-required'),
  Type.Literal('foreign-origin'),
  Type.Literal('internal'),
]);
export type ErrorCode = Type.Static<typeof ErrorCodeSchema>;

export const ErrorAnswerSchema = Type.Object(
  { error: Type.String({ minLength: 1, description: 'a sentence' }), code: ErrorCodeSchema },
  { additionalProperties: false },
);
export type ErrorAnswer = Type.Static<typeof ErrorAnswerSchema>;
