import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readEventStream, type StreamMessage } from './event-stream.ts';

async function messagesOf(text: string, cut: number): Promise<StreamMessage[]> {
  const bytes = new TextEncoder().encode(text);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += cut) controller.enqueue(bytes.subarray(at, at + cut));
      controller.close();
    },
  });
  return Array.fromAsync(readEventStream(body));
}

describe('an event stream', () => {
  const text =
    ': hello\nid: 7\nevent: changes\ndata: {"ñ":1}\n\nretry: 5\n\ndata: a\r\ndata: b\r\n\r\ndata: unfinished\n';

  it('gives whole messages, wherever the network cut them', async () => {
    for (const cut of [1, 2, 3, 7, 1000]) {
      assert.deepEqual(await messagesOf(text, cut), [
        { id: '7', data: '{"ñ":1}' },
        { id: '7', data: 'a\nb' },
      ]);
    }
  });

  it('names no id before the server did', async () => {
    assert.deepEqual(await messagesOf('data: x\n\n', 4), [{ id: undefined, data: 'x' }]);
  });
});
