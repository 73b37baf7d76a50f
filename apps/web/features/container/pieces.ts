// Which pieces are here, as a bar of a fixed number of steps shows them. Pure.

/**
 * The share of the pieces that are here, 0 to 1, in each of at most `steps` equal parts of the torrent.
 * @param bitfield base64; piece 0 is the high bit of the first byte (BEP 3)
 */
export function sharesOf(bitfield: string, count: number, steps: number): number[] {
  const bytes = atob(bitfield);
  const has = (piece: number) => ((bytes.charCodeAt(piece >> 3) >> (7 - (piece & 7))) & 1) === 1;
  const parts = Math.min(count, steps);
  return Array.from({ length: parts }, (_, part) => {
    const [from, to] = [Math.floor((part * count) / parts), Math.floor(((part + 1) * count) / parts)];
    let here = 0;
    for (let piece = from; piece < to; piece++) if (has(piece)) here += 1;
    return here / (to - from);
  });
}

export interface Run {
  readonly start: number;
  readonly length: number;
  readonly share: number;
}

/** Neighbours of the same share as one, without those of which nothing is here. */
export function runsOf(shares: readonly number[]): Run[] {
  const runs: Run[] = [];
  for (const [start, share] of shares.entries()) {
    const last = runs.at(-1);
    if (last?.share === share && last.start + last.length === start)
      runs[runs.length - 1] = { ...last, length: last.length + 1 };
    else runs.push({ start, length: 1, share });
  }
  return runs.filter(({ share }) => share > 0);
}
