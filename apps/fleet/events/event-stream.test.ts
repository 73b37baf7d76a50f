import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerView } from '@enjambre/contract';
import { FakeClock } from '@enjambre/runtime';
import { EventStream } from './event-stream.ts';

const FRAME_MS = 500;

test('many changes within half a second are one frame, with each row once', () => {
  const { stream, clock, rows, reader } = make();
  rows.set('a', row('a', 1)).set('b', row('b', 1));
  for (const id of ['a', 'b', 'a', 'a']) stream.changed(id);
  clock.advance(1);
  assert.deepEqual(reader.changes(), [['a', 'b']]);
  rows.set('a', row('a', 2));
  stream.changed('a');
  clock.advance(FRAME_MS - 2);
  assert.equal(reader.changes().length, 1);
  clock.advance(2);
  assert.deepEqual(reader.changes(), [['a', 'b'], ['a']]);
});

test('a row that looks as before is not sent, whenever it was last seen', () => {
  const { stream, clock, rows, reader } = make();
  rows.set('a', row('a', 1));
  stream.changed('a');
  clock.advance(FRAME_MS);
  rows.set('a', { ...row('a', 1), statusAt: 99 });
  stream.changed('a');
  clock.advance(FRAME_MS);
  assert.equal(reader.changes().length, 1);
});

test('who comes back gets what it missed; who was away too long gets everything', () => {
  const { stream, clock, rows, reader } = make();
  rows.set('a', row('a', 1));
  stream.changed('a');
  clock.advance(FRAME_MS);
  const seen = reader.lastId();
  rows.set('a', row('a', 2));
  stream.changed('a');
  clock.advance(FRAME_MS);
  const back = subscribe(stream, seen);
  assert.deepEqual(back.types(), ['changes']);
  assert.equal(back.lastId(), reader.lastId());
  assert.deepEqual(subscribe(stream, reader.lastId()).types(), []);
  assert.deepEqual(subscribe(stream, 1).types(), ['snapshot']);
  for (let version = 3; version < 600; version++) {
    rows.set('a', row('a', version));
    stream.changed('a');
    clock.advance(FRAME_MS);
  }
  assert.deepEqual(subscribe(stream, seen).types(), ['snapshot']);
});

test('removed rows are named once, and heartbeats come every ten seconds', () => {
  const { stream, clock, rows, reader } = make();
  rows.set('a', row('a', 1));
  stream.changed('a');
  clock.advance(FRAME_MS);
  rows.delete('a');
  stream.changed('a');
  stream.changed('never-seen');
  clock.advance(FRAME_MS);
  assert.match(reader.text(), /"removed":\["a"\]/);
  clock.advance(10_000);
  assert.equal(reader.types().filter((type) => type === 'heartbeat').length, 1);
});

test('a reader that does not read is let go', () => {
  const { stream, clock, rows } = make();
  const slow = {
    write() {},
    writableLength: 3 * 1024 * 1024,
    dropped: 0,
    end() {},
    destroy: () => void slow.dropped++,
  };
  stream.subscribe(slow, undefined);
  rows.set('a', row('a', 1));
  stream.changed('a');
  clock.advance(30_000);
  assert.equal(slow.dropped, 1);
});

function make() {
  const clock = new FakeClock();
  const rows = new Map<string, ContainerView>();
  const stream = new EventStream({ clock, all: () => [...rows.values()], view: (id) => rows.get(id) });
  return { stream, clock, rows, reader: subscribe(stream, undefined) };
}

function subscribe(stream: EventStream, lastEventId: number | undefined) {
  const written: string[] = [];
  stream.subscribe({ write: (text) => written.push(text), writableLength: 0, end() {}, destroy() {} }, lastEventId);
  const text = () => written.join('');
  return {
    text,
    types: () => [...text().matchAll(/^event: (.+)$/gm)].map(([, type]) => type),
    lastId: () => Number([...text().matchAll(/^id: (.+)$/gm)].at(-1)?.[1]),
    /** The ids of the rows of each frame. */
    changes: () =>
      [...text().matchAll(/^event: changes\ndata: (.+)$/gm)].map(([, data]) =>
        (JSON.parse(data) as { changed: ContainerView[] }).changed.map(({ id }) => id),
      ),
  };
}

function row(id: string, restarts: number): ContainerView {
  return { id, restarts, statusAt: 1 } as ContainerView;
}
