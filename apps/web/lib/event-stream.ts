// Server-sent events read from a response's body. `EventSource` cannot be given a Last-Event-ID, so it cannot go on
// where another tab stopped.

export interface StreamMessage {
  /** Undefined while the stream has named none. */
  readonly id: string | undefined;
  readonly data: string;
}

/** Yields each message with data, as the HTML standard splits them; comments and other fields are passed over. */
export async function* readEventStream(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamMessage, void, void> {
  let id: string | undefined;
  let data: string[] = [];
  for await (const line of readLines(body)) {
    if (line === '') {
      if (data.length > 0) yield { id, data: data.join('\n') };
      data = [];
      continue;
    }
    const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (field === 'data') data.push(value);
    else if (field === 'id') id = value;
  }
}

/** Yields each line that is ended; what comes after the last end of a line is not one. */
export async function* readLines(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n|\n/);
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } finally {
    // Whoever stops reading closes the connection.
    await reader.cancel().catch(() => {});
  }
}
