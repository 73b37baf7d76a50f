// Fields that many shapes have.

import Type from 'typebox';

export const count = (description: string) => Type.Integer({ minimum: 0, description });
/** Unix milliseconds. */
export const time = (description: string) => Type.Integer({ minimum: 0, description });
export const orNull = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
