// An answer that tells how far something is: a line of JSON a step, read as it comes.

import { readLines } from './event-stream.ts';

/** Yields each line of `body` as the value it holds; what is empty is passed over. @throws SyntaxError */
export async function* readJsonLines<Step>(body: ReadableStream<Uint8Array>): AsyncGenerator<Step, void, void> {
  for await (const line of readLines(body)) if (line !== '') yield JSON.parse(line) as Step;
}
