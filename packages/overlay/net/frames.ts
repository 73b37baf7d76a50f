// A payload of any length as it goes through a stream: sealed frames, each behind its length. Invariant: what comes out is
// whole, in order, and of one session; before the first frame was opened at most one frame is held.

import type { Opener } from '../sealing/opener.ts';
import { SEAL_OVERHEAD } from '../sealing/sealed-layout.ts';
import type { Sealer } from '../sealing/sealer.ts';

const LENGTH_LENGTH = 2;
/** Of the payload in one frame; what a stranger can make us hold. */
const MOST_CHUNK = 16 * 1024;
const MOST_SEALED = MOST_CHUNK + 1 + SEAL_OVERHEAD;
/** What each frame's first byte says. */
const MORE = 0;
const LAST = 1;

/** @param sealer used for nothing else: its counter is the number of the frame */
export function sealFrames(sealer: Sealer, payload: Uint8Array): Buffer {
  const parts: Buffer[] = [];
  for (let start = 0; start === 0 || start < payload.length; start += MOST_CHUNK) {
    const chunk = payload.subarray(start, start + MOST_CHUNK);
    const flag = start + MOST_CHUNK < payload.length ? MORE : LAST;
    const sealed = sealer.seal(Buffer.concat([Uint8Array.of(flag), chunk]));
    const length = Buffer.alloc(LENGTH_LENGTH);
    length.writeUInt16BE(sealed.length);
    parts.push(length, sealed);
  }
  return Buffer.concat(parts);
}

export class FrameCollector {
  readonly #opener: Opener;
  readonly #mostLength: number;
  #pending: Buffer = Buffer.alloc(0);
  readonly #chunks: Uint8Array[] = [];
  #length = 0;
  #session: string | undefined;

  /** @param mostLength of the payload, in bytes */
  constructor(opener: Opener, mostLength: number) {
    this.#opener = opener;
    this.#mostLength = mostLength;
  }

  /** Whose frames these are, hexadecimal; undefined before the first. */
  get session(): string | undefined {
    return this.#session;
  }

  /** @returns the payload when it is whole, undefined while it is not, `bad` when it never will be */
  push(bytes: Buffer): Uint8Array | undefined | 'bad' {
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    while (this.#pending.length >= LENGTH_LENGTH) {
      const length = this.#pending.readUInt16BE();
      if (length > MOST_SEALED) return 'bad';
      if (this.#pending.length < LENGTH_LENGTH + length) return undefined;
      const sealed = this.#pending.subarray(LENGTH_LENGTH, LENGTH_LENGTH + length);
      this.#pending = this.#pending.subarray(LENGTH_LENGTH + length);
      const flag = this.#take(sealed);
      if (flag !== MORE) return flag === LAST ? Buffer.concat(this.#chunks) : 'bad';
    }
    return undefined;
  }

  #take(sealed: Buffer): number | undefined {
    const opened = this.#opener.open(sealed);
    if (typeof opened === 'string' || opened.plain.length === 0) return undefined;
    this.#session ??= opened.session;
    if (opened.session !== this.#session || opened.counter !== this.#chunks.length) return undefined;
    this.#chunks.push(opened.plain.subarray(1));
    this.#length += opened.plain.length - 1;
    return this.#length > this.#mostLength ? undefined : opened.plain[0];
  }
}
