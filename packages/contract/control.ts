// The paths of a client's control server that other programs rely on, and what the two that change something answer.

import Type from 'typebox';

export type ControlPath = '/status' | '/pause' | '/resume' | '/health';

export const PauseAnswerSchema = Type.Object({ status: Type.Literal('paused') }, { additionalProperties: false });
export type PauseAnswer = Type.Static<typeof PauseAnswerSchema>;

export const ResumeAnswerSchema = Type.Object({ status: Type.Literal('resumed') }, { additionalProperties: false });
export type ResumeAnswer = Type.Static<typeof ResumeAnswerSchema>;
