// One file as an info dictionary lists it, before its path is made safe for the disk.

import type { BencodeDictionary } from './bencode-dictionary.ts';
import { MetainfoError } from './errors.ts';
import { decodeUtf8 } from './utf8.ts';

/** `offset` is where its bytes begin among all bytes of the torrent. */
export interface ListedFile {
  /** The torrent's own words, the root folder first. */
  readonly originalPath: readonly string[];
  readonly size: number;
  readonly offset: number;
  readonly padding: boolean;
  readonly executable: boolean;
  /** Of a symbolic link: the torrent's own words. */
  readonly linkTarget: readonly string[] | undefined;
}

/** More files than any real torrent has; each costs memory. */
const MAX_FILES = 1_000_000;

/** Collects files in order and keeps sums and counts in bounds. */
export class FileList {
  readonly files: ListedFile[] = [];
  /** Where the next file begins unless it is aligned. */
  end = 0;

  /**
   * Adds what the dictionary says of one file (BEP 47 for `attr`) at `offset`.
   * @throws MetainfoError
   */
  add(dictionary: BencodeDictionary, originalPath: readonly string[], offset = this.end): void {
    const attributes = dictionary.getString('attr');
    // A link has no bytes, whatever length it is said to have.
    const size = isLink(dictionary) ? 0 : dictionary.getInteger('length');
    if (size === undefined || size < 0) {
      throw new MetainfoError('bad-files', 'a file has no valid length', dictionary.offsetOf('length'));
    }
    if (this.files.length === MAX_FILES) {
      throw new MetainfoError('bad-files', `more than ${MAX_FILES} files`, dictionary.start);
    }
    if (!Number.isSafeInteger(offset + size)) {
      throw new MetainfoError('bad-files', 'the sizes of the files add up to too much', dictionary.offsetOf('length'));
    }
    this.files.push({
      originalPath,
      size,
      offset,
      padding: attributes?.includes('p') ?? false,
      executable: attributes?.includes('x') ?? false,
      linkTarget: isLink(dictionary) ? readLinkTarget(dictionary) : undefined,
    });
    this.end = offset + size;
  }
}

/** Whether that file is a symbolic link (BEP 47). */
export function isLink(dictionary: BencodeDictionary): boolean {
  return dictionary.getString('attr')?.includes('l') ?? false;
}

function readLinkTarget(dictionary: BencodeDictionary): readonly string[] {
  const parts = dictionary.getList('symlink path') ?? [];
  return parts.map((part) => (part instanceof Uint8Array ? decodeUtf8(part) : ''));
}
