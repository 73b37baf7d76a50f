import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ListCursor } from './list-state.ts';

const ORDER = ['a', 'b', 'c', 'd'];

describe('the selection', () => {
  it('grows from where it started, upwards and downwards', () => {
    const cursor = new ListCursor();
    cursor.toggle('c');
    cursor.extendTo('a', ORDER);
    assert.deepEqual([...cursor.get().selected].sort(), ['a', 'b', 'c']);
    assert.equal(cursor.get().cursor, 'a');
    cursor.extendTo('d', ORDER);
    assert.deepEqual([...cursor.get().selected].sort(), ORDER);
  });

  it('stays with its rows when they change places', () => {
    const cursor = new ListCursor();
    cursor.toggle('b');
    cursor.extendTo('d', ['d', 'b', 'a', 'c']);
    assert.deepEqual([...cursor.get().selected].sort(), ['b', 'd']);
  });

  it('forgets rows that are gone', () => {
    const cursor = new ListCursor();
    cursor.select(ORDER);
    cursor.forgetGone((id) => id !== 'b');
    assert.deepEqual([...cursor.get().selected], ['a', 'c', 'd']);
  });
});
