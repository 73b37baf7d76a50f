// Reads the backend's event stream as the page does: events in order, with their ids.

import { conforms, type FleetEvent, FleetEventSchema } from '@enjambre/contract';

export interface ReadEvent {
  readonly id: number | undefined;
  readonly event: FleetEvent;
}

/** Each event as it comes, until the stream or the caller ends. @throws Error for what the contract does not allow */
export async function* readEvents(
  url: string,
  {
    lastEventId,
    signal,
    token,
  }: { readonly lastEventId?: number; readonly signal: AbortSignal; readonly token?: string },
): AsyncGenerator<ReadEvent> {
  const headers = {
    ...(lastEventId !== undefined && { 'Last-Event-ID': String(lastEventId) }),
    ...(token !== undefined && { Authorization: `Bearer ${token}` }),
  };
  const { body } = await fetch(`${url}/api/v1/events`, { signal, headers });
  let text = '';
  for await (const part of body!.pipeThrough(new TextDecoderStream())) {
    text += part;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data === undefined) continue;
      const event: unknown = JSON.parse(data);
      if (!conforms(FleetEventSchema, event)) throw new Error(`not an event of the contract: ${data}`);
      const id = /^id: ([0-9]+)$/m.exec(block)?.[1];
      yield { id: id === undefined ? undefined : Number(id), event };
    }
  }
}
