// A client's log: the client itself writes to the end of it, we read it and keep it short.
// Invariant: the writer's descriptor stays good, since the file is never replaced: its end is copied away, and it is emptied.
// Invariant: beside it lie two earlier ones at most, none longer than `ROTATED_LENGTH`.

import { open, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import type { Clock } from '@enjambre/runtime';

const ROTATED_LENGTH = 5 * 1024 * 1024;
/** Soon enough for somebody who watches; one stat each. */
const FOLLOW_INTERVAL_MS = 250;
/** Read at once, from the end backwards or onwards. */
const READ_LENGTH = 64 * 1024;
/** A line that does not end by then is shown in parts. */
const MAX_LINE_LENGTH = 64 * 1024;
/** Of the end of a file, however few lines are in it. */
const MAX_TAIL_LENGTH = 8 * 1024 * 1024;

export class LogFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** The last `count` lines, from the file before too when this one has fewer, and where the next will begin. */
  async tail(count: number): Promise<{ lines: string[]; end: number }> {
    const [{ lines, end }, earlier] = await Promise.all([
      lastLines(this.path, count),
      lastLines(`${this.path}.1`, count),
    ]);
    const missing = count - lines.length;
    return { lines: missing > 0 ? [...earlier.lines.slice(-missing), ...lines] : lines, end };
  }

  /** Hands over each whole line that begins at `start` or later, until the function that it gives is called. */
  follow(start: number, clock: Clock, onLine: (line: string) => void): () => void {
    let position = start;
    let rest = '';
    const decoder = new StringDecoder('utf8');
    let busy = false;
    const read = async () => {
      const { size } = await stat(this.path).catch(() => ({ size: 0 }));
      // Emptied since.
      if (size < position) position = 0;
      while (position < size) {
        const bytes = await readPart(this.path, position, Math.min(READ_LENGTH, size - position));
        if (bytes.length === 0) return;
        position += bytes.length;
        const lines = (rest + decoder.write(bytes)).split('\n');
        rest = lines.pop() ?? '';
        if (rest.length > MAX_LINE_LENGTH) lines.push(rest.slice(0, MAX_LINE_LENGTH));
        if (rest.length > MAX_LINE_LENGTH) rest = '';
        for (const line of lines) onLine(line);
      }
    };
    const timer = clock.every(FOLLOW_INTERVAL_MS, () => {
      if (busy) return;
      busy = true;
      read()
        // Gone with its container: whoever follows is told elsewhere.
        .catch(() => {})
        .finally(() => {
          busy = false;
        });
    });
    return () => timer.cancel();
  }

  /** Moves its end aside when it has grown long; what is written in that very moment may be lost. */
  async rotate(): Promise<void> {
    const { size } = await stat(this.path).catch(() => ({ size: 0 }));
    if (size < ROTATED_LENGTH) return;
    const coming = `${this.path}.new`;
    try {
      await copyEnd(this.path, size, coming);
      await rename(`${this.path}.1`, `${this.path}.2`).catch(() => {});
      await rename(coming, `${this.path}.1`);
    } catch (error) {
      await rm(coming, { force: true });
      throw error;
    }
    await truncate(this.path);
  }

  async remove(): Promise<void> {
    for (const ending of ['', '.1', '.2', '.new']) await rm(this.path + ending, { force: true });
  }
}

/** The whole lines of the last `ROTATED_LENGTH` bytes, or all of those when no line ends in them. */
async function copyEnd(from: string, size: number, to: string): Promise<void> {
  const bytes = await readPart(from, Math.max(0, size - ROTATED_LENGTH), ROTATED_LENGTH);
  const start = size > ROTATED_LENGTH ? bytes.indexOf(10) + 1 : 0;
  await writeFile(to, bytes.subarray(start), { mode: 0o600 });
}

async function lastLines(path: string, count: number): Promise<{ lines: string[]; end: number }> {
  const handle = await open(path).catch(() => undefined);
  if (handle === undefined) return { lines: [], end: 0 };
  try {
    const { size } = await handle.stat();
    let start = size;
    const parts: Buffer[] = [];
    let newlines = 0;
    // One more than lines are wanted: the first that is found may be the end of a longer one.
    while (start > 0 && newlines <= count && size - start < MAX_TAIL_LENGTH) {
      const length = Math.min(READ_LENGTH, start);
      start -= length;
      const part = await readAt(handle, start, length);
      for (const byte of part) if (byte === 10) newlines++;
      parts.unshift(part);
    }
    const bytes = Buffer.concat(parts);
    // What follows the last line feed is still being written.
    const end = bytes.lastIndexOf(10) + 1;
    const lines = bytes.toString('utf8', 0, end).split('\n').slice(0, -1);
    const isEndless = bytes.length - end > MAX_LINE_LENGTH;
    if (isEndless) lines.push(bytes.toString('utf8', bytes.length - MAX_LINE_LENGTH));
    return { lines: count === 0 ? [] : lines.slice(-count), end: start + (isEndless ? bytes.length : end) };
  } finally {
    await handle.close();
  }
}

async function readPart(path: string, position: number, length: number): Promise<Buffer> {
  const handle = await open(path);
  try {
    return await readAt(handle, position, length);
  } finally {
    await handle.close();
  }
}

async function readAt(handle: Awaited<ReturnType<typeof open>>, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
