// Lists in pages: how they are asked for, and what comes.

import Type from 'typebox';

export const PageQuery = {
  limit: Type.Optional(
    Type.String({ pattern: '^[1-9][0-9]{0,8}$', description: 'a number from 1: items of a page, at most' }),
  ),
  offset: Type.Optional(Type.String({ pattern: '^[0-9]{1,9}$', description: 'a number from 0: of the first item' })),
};

/** Of a list: what was asked for, and how many there are. */
export const pageOf = <Schema extends Type.TSchema>(item: Schema) =>
  Type.Object(
    {
      items: Type.Array(item),
      total: Type.Integer({ minimum: 0, description: 'how many there are, filtered' }),
      offset: Type.Integer({ minimum: 0, description: 'of the first item' }),
      next: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()], {
        description: 'the offset of the next page; null when this is the last',
      }),
    },
    { additionalProperties: false },
  );
