// A hybrid torrent (BEP 52) is described twice; both descriptions must be of the same files.

import { MetainfoError } from './errors.ts';
import type { ListedFile } from './listed-file.ts';

/**
 * Checks that both lists have the same files in the same order, padding aside, and that v1 aligns them to pieces.
 * @param offset where the info dictionary stands, for the error
 * @throws MetainfoError `hybrid-mismatch`
 */
export function verifyHybrid(
  v1: readonly ListedFile[],
  v2: readonly ListedFile[],
  pieceLength: number,
  offset: number,
): void {
  const files = v1.filter((file) => !file.padding);
  const expected = v2.filter((file) => !file.padding);
  if (files.length !== expected.length) {
    throw new MetainfoError('hybrid-mismatch', `v1 has ${files.length} files and v2 ${expected.length}`, offset);
  }
  for (const [index, file] of files.entries()) {
    const other = expected[index];
    const samePath = file.originalPath.join('/') === other.originalPath.join('/');
    if (!samePath || file.size !== other.size) {
      throw new MetainfoError('hybrid-mismatch', `v1 and v2 differ in file ${index}`, offset);
    }
    if (file.size > 0 && file.offset % pieceLength !== 0) {
      throw new MetainfoError('hybrid-mismatch', `file ${index} does not begin at a piece`, offset);
    }
  }
}
